using k8s.Models;
using Kruise.Core.Revisions;
using Xunit;

namespace Kruise.Core.Tests.Revisions;

public sealed class RevisionHistoryTests
{
    private static readonly V1ObjectMeta _parent = new() { Name = "web", NamespaceProperty = "shop", Uid = "uid-web" };
    private static readonly V1OwnerReference _owner = new() { Name = "web", Uid = "uid-web", Controller = true };
    private static readonly V1OwnerReference _other = new() { Name = "web", Uid = "uid-other", Controller = true };

    [Fact]
    public void The_first_revision_is_number_one()
    {
        RevisionDecision decision = Decide([], "v1");
        Assert.Equal((RevisionAction.Create, 1L, 0), (decision.Action, decision.Update.Revision, decision.CollisionCount));
    }

    [Fact]
    public void A_new_template_is_a_new_revision_above_all_others()
    {
        RevisionDecision decision = Decide([Made("v1", 3), Made("v2", 9)], "v3");
        Assert.Equal((RevisionAction.Create, 10L), (decision.Action, decision.Update.Revision));
    }

    [Fact]
    public void The_newest_revision_is_used_again()
    {
        V1ControllerRevision newest = Made("v2", 2);
        RevisionDecision decision = Decide([Made("v1", 1), newest], "v2", collisionCount: 4);
        Assert.Equal((RevisionAction.None, 4), (decision.Action, decision.CollisionCount));
        Assert.Same(newest, decision.Update);
    }

    [Fact]
    public void Trap46_a_rollback_raises_the_number_of_the_old_revision_instead_of_making_one()
    {
        V1ControllerRevision old = Made("v1", 2);
        RevisionDecision decision = Decide([Made("v0", 1), old, Made("v2", 3)], "v1");
        Assert.Equal((RevisionAction.Renumber, old.Metadata.Name, 4L), (decision.Action, decision.Update.Metadata.Name, decision.Update.Revision));
        Assert.Equal(2, old.Revision);
    }

    [Fact]
    public void Of_two_old_revisions_that_say_the_same_the_newer_is_taken()
    {
        V1ControllerRevision newer = Made("v1", 2) with { Metadata = new V1ObjectMeta { Name = "newer" } };
        Assert.Equal("newer", Decide([Made("v1", 1), newer, Made("v2", 3)], "v1").Update.Metadata.Name);
    }

    [Fact]
    public void A_name_taken_by_other_data_is_made_again_with_a_higher_count()
    {
        string first = Decide([], "v1").Update.Metadata.Name;
        V1ControllerRevision squatter = Made("v9", 1) with { Metadata = new V1ObjectMeta { Name = first, OwnerReferences = [_owner] } };

        RevisionDecision decision = Decide([], "v1", byName: name => name == first ? squatter : null);

        Assert.Equal((RevisionAction.Create, 1), (decision.Action, decision.CollisionCount));
        Assert.NotEqual(first, decision.Update.Metadata.Name);
        Assert.Equal(decision.Update.Metadata.Name, Decide([], "v1", collisionCount: 1).Update.Metadata.Name);
    }

    [Fact]
    public void A_name_taken_by_another_workload_is_not_shared_even_if_it_says_the_same()
    {
        V1ControllerRevision theirs = Decide([], "v1").Update;
        theirs = theirs with { Metadata = theirs.Metadata with { OwnerReferences = [_other] } };
        RevisionDecision decision = Decide([], "v1", byName: name => name == theirs.Metadata.Name ? theirs : null);
        Assert.Equal((RevisionAction.Create, 1), (decision.Action, decision.CollisionCount));
    }

    [Fact]
    public void A_revision_of_ours_that_the_history_does_not_list_is_used()
    {
        V1ControllerRevision unlisted = Decide([], "v1").Update;
        RevisionDecision decision = Decide([], "v1", byName: name => name == unlisted.Metadata.Name ? unlisted : null);
        Assert.Equal(RevisionAction.None, decision.Action);
        Assert.Same(unlisted, decision.Update);
    }

    [Fact]
    public void The_history_is_ours_and_nobodys_by_number_then_age_then_name()
    {
        V1ControllerRevision Named(string name, long number, V1OwnerReference? owner, int second = 0) => Made("v1", number) with
        {
            Metadata = new V1ObjectMeta { Name = name, OwnerReferences = owner is null ? null : [owner], CreationTimestamp = new DateTime(2021, 1, 1, 0, 0, second, DateTimeKind.Utc) },
        };
        V1ControllerRevision[] all = [Named("d", 3, _owner), Named("theirs", 2, _other), Named("c", 2, null), Named("b", 2, _owner), Named("a", 2, _owner, 1), Named("z", 1, _owner)];
        Assert.Equal(["z", "b", "c", "a", "d"], RevisionHistory.Sorted(all, "uid-web").Select(r => r.Metadata.Name));
    }

    [Fact]
    public void The_current_revision_is_the_one_named_or_else_the_update()
    {
        V1ControllerRevision first = Made("v1", 1), update = Made("v2", 2);
        Assert.Same(first, RevisionHistory.Current([first, update], first.Metadata.Name, update));
        Assert.Same(update, RevisionHistory.Current([first, update], "gone", update));
        Assert.Same(update, RevisionHistory.Current([first, update], null, update));
    }

    [Fact]
    public void The_oldest_unused_revisions_beyond_the_limit_go()
    {
        V1ControllerRevision[] history = [.. Enumerable.Range(1, 6).Select(i => Made($"v{i}", i))];
        var inUse = new HashSet<string>(StringComparer.Ordinal) { history[0].Metadata.Name, history[5].Metadata.Name };
        long[] Gone(int limit) => [.. RevisionHistory.Expired(history, inUse, limit).Select(r => r.Revision!.Value)];

        Assert.Equal([2L, 3L], Gone(2));
        Assert.Equal([], Gone(4));
        Assert.Equal([], Gone(10));
        Assert.Equal([2L, 3L, 4L, 5L], Gone(0));
        Assert.Equal([2L, 3L, 4L, 5L], Gone(-1));
    }

    private static V1ControllerRevision Made(string image, long number) => TemplateRevision.Make(_parent, _owner, Templates.Of(image), number, 0);

    private static RevisionDecision Decide(
        IReadOnlyList<V1ControllerRevision> history, string image, int collisionCount = 0, Func<string, V1ControllerRevision?>? byName = null) =>
        RevisionHistory.Decide(_parent, _owner, history, Templates.Of(image), collisionCount, byName ?? (_ => null));
}
