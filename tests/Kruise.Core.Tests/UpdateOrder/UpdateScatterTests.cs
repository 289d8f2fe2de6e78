using CsCheck;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.UpdateOrder;
using Xunit;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.UpdateOrder;

public sealed class UpdateScatterTests
{
    // One term; all pods are candidates unless fewer are asked for. A matches, . does not.
    [Theory]
    [InlineData(".", "0")]
    [InlineData("A", "0")]
    [InlineData("A.", "0,1")]
    [InlineData("....AA", "4,0,1,2,3,5")]
    [InlineData("...AAA", "3,0,1,4,2,5")]
    [InlineData("...A..A", "3,0,1,2,4,5,6")]
    [InlineData("......AAA", "6,0,1,2,7,3,4,5,8")]
    [InlineData("..AAAA", "2,3,0,4,1,5")]
    [InlineData("...AAAAA", "3,0,1,4,2,5", 6)]
    [InlineData("..A.AAAAA", "2,4,0,5,6,1,7,3,8")]
    [InlineData(".A.A..AAA", "1,0,3,2,6,4,7,5,8")]
    [InlineData(".......AAA", "7,0,1,2,3,8,4,5,6,9")]
    public void One_term_spreads_the_pods_that_match(string pods, string expected, int count = 0)
    {
        V1Pod?[] all = Pods(pods)[..(count == 0 ? pods.Length : count)];
        Assert.Equal(expected, Text(UpdateScatter.Spread(Term('A'), all, [.. Enumerable.Range(0, all.Length)])));
    }

    // The candidates are the first pods that exist, as many as the result has; later pods are there but are not to be updated.
    [Theory]
    [InlineData("X", "A", "0")]
    [InlineData("......", "", "0,1,2,3,4,5")]
    [InlineData("....AA", "A", "4,0,1,2,3,5")]
    [InlineData("......BAAX", "B", "6,0,1,2,3,4,5,7,8,9")]
    [InlineData("BB..AA", "AB", "0,4,2,3,5,1")]
    [InlineData("...BXA", "AB", "4,0,1,2,5,3")]
    [InlineData("......BAAB", "BA", "7,6,0,1,2,3,4,5,9,8")]
    [InlineData("......BAAB", "AB", "6,7,0,1,2,3,4,5,8,9")]
    [InlineData("......X..X", "AB", "6,0,1,2,3,4,5,7,8,9")]
    [InlineData(".....X..X", "AB", "5,0,1,2,3,4,6,7,8")]
    [InlineData("...A..X...", "AB", "3,0,1,2,4,5,7,6")]
    [InlineData("...A....X..X", "AB", "0,1,2,4,3,5,6,7,9,10,8")]
    [InlineData("...AA.X..X", "AB", "6,3,0,1,4,2,5,7,8,9")]
    [InlineData(".AA..X..X", "AB", "5,1,0,3,2,4,6,7,8")]
    [InlineData("A..AA.X..X", "AB", "1,0,2,3,5,4,7,6")]
    [InlineData("..AA.A..X..X", "AB", "0,2,1,4,3,6,7,5,9,10,8")]
    [InlineData(".AABBCCCCC", "ABC", "3,1,5,0,6,7,8,9,2,4")]
    [InlineData(".APQB..CCC", "ABC", "3,2,0,7,8,5,6,9,1,4")]
    [InlineData("....AAA", "A", "0,1,4,2,3,5")]
    [InlineData("AA.......A", "A", "2,0,3,4,5,6,1")]
    [InlineData(".APQB-..CCC", "ABC", "3,2,0,8,9,6,7,10,1,4")]
    public void Terms_are_applied_one_after_the_other(string pods, string terms, string expected)
    {
        V1Pod?[] all = Pods(pods);
        int[] candidates = [.. Enumerable.Range(0, all.Length).Where(i => all[i] is not null).Take(expected.Split(',').Length)];
        Assert.Equal(expected, Text(UpdateScatter.Sort([.. terms.Select(Term)], all, candidates)));
    }

    [Fact]
    public void Terms_are_ordered_by_how_many_candidates_they_match()
    {
        V1Pod Label(params string[] values) => Labelled([.. values.Select(v => (v[..1], v))]);

        V1Pod[] two = [Label(), Label("A"), Label(), Label("A"), Label(), Label()];
        Assert.Equal(["A"], UpdateScatter.Terms([Term('A')], two, [0, 1, 2, 3, 4, 5]).Select(t => t.Key));

        V1Pod[] mixed = [Label("A"), Label("BBB"), Label("A"), Label("B"), Label(), Label()];
        UpdateScatterTerm other = new() { Key = "B", Value = "BBB" };
        Assert.Equal([Term('A'), other], UpdateScatter.Terms([Term('A'), other], mixed, [0, 1, 2, 3, 4, 5]));
        Assert.Equal([Term('A'), other], UpdateScatter.Terms([other, Term('A'), Term('C')], mixed, [0, 1, 2, 3, 4, 5]));
    }

    [Fact]
    public void Trap60_the_last_pod_that_matches_stays_last_and_one_alone_on_a_side_moves_nothing()
    {
        Assert.Equal("0,1,2,3", Text(UpdateScatter.Spread(Term('A'), Pods("...A"), [0, 1, 2, 3])));
        Assert.Equal("0,1,2,3", Text(UpdateScatter.Spread(Term('A'), Pods("AAA."), [0, 1, 2, 3])));
        Gen.Bool.Select(matches => matches ? 'A' : '.').Array[0, 40].Sample(text =>
        {
            int[] candidates = [.. Enumerable.Range(0, text.Length)];
            IReadOnlyList<int> spread = UpdateScatter.Spread(Term('A'), Pods(new string(text)), candidates);
            Assert.Equal(candidates, spread.Order());
            int matched = text.Count(c => c == 'A');
            if (matched > 1 && text.Length - matched > 1)
            {
                Assert.Equal(Array.LastIndexOf(text, 'A'), spread[^1]);
            }
            else
            {
                Assert.Equal(candidates, spread);
            }
        });
    }

    [Fact]
    public void Trap61_group_sizes_round_half_away_from_zero()
    {
        // 4 that match (one is kept for the end, so 3) and 2 others: 2 groups of round(3/2) = 2 and 1.
        Assert.Equal("2,3,0,4,1,5", Text(UpdateScatter.Spread(Term('A'), Pods("..AAAA"), [0, 1, 2, 3, 4, 5])));

        // 3 (2) and 5: 2 groups of 1 and round(5/2) = 3, where rounding to even would give 2.
        Assert.Equal("5,0,1,2,6,3,4,7", Text(UpdateScatter.Spread(Term('A'), Pods(".....AAA"), [0, 1, 2, 3, 4, 5, 6, 7])));
    }

    [Fact]
    public void Trap61_candidates_thinner_than_the_workload_keep_the_workloads_rhythm()
    {
        // 5 of 10 match in the whole (4 to 5 once one is kept), but 2 of the 6 candidates: the surplus of the others goes first.
        Assert.Equal("0,1,2,4,3,5", Text(UpdateScatter.Spread(Term('A'), Pods("....AAAAA."), [0, 1, 2, 3, 4, 5])));
    }

    [Fact]
    public void Trap61_densities_are_compared_in_single_precision()
    {
        // 4502 others to 4501 that match (one is kept) against 4501 to 4500 among the candidates: different, but not in 24 bits. So the candidates'
        // own groups are used and a pod that matches goes first; in double precision one of the others would.
        V1Pod?[] pods = Pods(new string('.', 4501) + new string('A', 4501) + "A.");
        Assert.Equal([4501, 0, 4502, 1], UpdateScatter.Spread(Term('A'), pods, [.. Enumerable.Range(0, 9002)]).Take(4));
    }

    [Fact]
    public void Trap62_a_star_is_a_value_like_any_other()
    {
        var star = new UpdateScatterTerm { Key = "A", Value = "*" };
        Assert.Equal("0,1,2,3,4,5", Text(UpdateScatter.Spread(star, Pods("....AA"), [0, 1, 2, 3, 4, 5])));

        V1Pod[] literally = [.. Enumerable.Range(0, 6).Select(i => Labelled(("A", i < 4 ? "x" : "*")))];
        Assert.Equal("4,0,1,2,3,5", Text(UpdateScatter.Spread(star, literally, [0, 1, 2, 3, 4, 5])));
    }

    [Fact]
    public void Without_terms_nothing_moves()
    {
        int[] candidates = [1, 0, 2];
        Assert.Same(candidates, UpdateScatter.Sort(null, Pods("AA."), candidates));
        Assert.Same(candidates, UpdateScatter.Sort([], Pods("AA."), candidates));
    }

    private static string Text(IReadOnlyList<int> order) => string.Join(',', order);

    private static UpdateScatterTerm Term(char label) => new() { Key = label.ToString(), Value = label.ToString() };

    // X carries A and B, P A and C, Q B and C; . carries something else, - is no pod.
    private static V1Pod?[] Pods(string text) =>
    [
        .. text.Select(c => c switch
        {
            '-' => null,
            '.' => Labelled(("other", "other")),
            'X' => Labelled(("A", "A"), ("B", "B")),
            'P' => Labelled(("A", "A"), ("C", "C")),
            'Q' => Labelled(("B", "B"), ("C", "C")),
            _ => Labelled((c.ToString(), c.ToString())),
        }),
    ];
}
