using System.Globalization;
using System.Text;
using System.Xml;
using Kruise.Sim.Scenarios.Reading;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>
/// The verdicts as JUnit XML: a suite for each scenario or variant, a case for each expectation, one for what must never be, one for each metric compared, one
/// for what could not be. What a few seeds do not decide is an error, or skipped where that is allowed. There are no times: the same check gives the same bytes.
/// </summary>
internal static class JUnitXml
{
    /// <param name="runs">What was checked.</param>
    /// <param name="again">The commands that show a failure again.</param>
    /// <param name="inconclusiveIsFine">Whether what is inconclusive fails nothing.</param>
    public static byte[] Of(IReadOnlyList<CheckedVariant> runs, Reproduction again, bool inconclusiveIsFine)
    {
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" }))
        {
            Case[][] suites = [.. runs.Select(run => Cases(run, again).ToArray())];
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "kruise-sim check");
            Counts(xml, [.. suites.SelectMany(cases => cases)], inconclusiveIsFine);
            for (int i = 0; i < runs.Count; i++)
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", Clean(runs[i].Variant.Title));
                Counts(xml, suites[i], inconclusiveIsFine);
                foreach (Case one in suites[i]) Write(xml, runs[i], one, inconclusiveIsFine);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return stream.ToArray();
    }

    private static IEnumerable<Case> Cases(CheckedVariant run, Reproduction again)
    {
        foreach (ExpectationCheck check in run.Expectations)
        {
            string seed = check.Breaking.Select(b => "\nrun again: " + again.OfSeed(run, b.Seed)).FirstOrDefault("");
            yield return new Case(CheckWords.Expected(check.Expectation), check.Verdict, CheckWords.Found(check), Place(check.At) + seed, check.At.Line);
        }

        var violated = run.Violated.ToList();
        yield return new Case(
            "nothing happens that must never be",
            violated.Count == 0 ? Verdict.Passed : Verdict.Failed,
            violated.Count == 0 ? "" : FormattableString.Invariant($"{violated.Count} of {run.Outcomes.Count} seeds; seed {violated[0].Seed} {violated[0].First.Text}"),
            violated.Count == 0 ? "" : "run again: " + again.OfSeed(run, violated[0].Seed),
            0);
        if (run.Baseline is not { } baseline) yield break;
        foreach (PairedComparison comparison in baseline.Metrics)
        {
            // A run by itself has nothing to compare with: the seed is for a look at what it does now.
            string details = $"compare again: {again.OfComparison(run)}\nrun the seed that it shows most in: {again.OfSeed(run, baseline.Seeds[comparison.Farthest])}";
            yield return new Case("baseline: " + comparison.Name, run.VerdictOn(comparison), CheckWords.Sentence(comparison), details, 0);
        }

        yield return new Case("baseline: all of it is compared", run.GapVerdict, string.Join("; ", baseline.Gaps), "", 0);
    }

    private static string Place(SourcePosition at) => at.Line > 0 ? FormattableString.Invariant($"expected at {at.Source}:{at.Line}:{at.Column}") : "";

    private static void Write(XmlWriter xml, CheckedVariant run, Case one, bool inconclusiveIsFine)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(run.Variant.Title));
        xml.WriteAttributeString("name", Clean(one.Name));
        xml.WriteAttributeString("file", Clean(run.File));
        if (one.Line > 0) xml.WriteAttributeString("line", one.Line.ToString(CultureInfo.InvariantCulture));
        if (one.Verdict != Verdict.Passed)
        {
            xml.WriteStartElement(one.Verdict == Verdict.Failed ? "failure" : inconclusiveIsFine ? "skipped" : "error");
            xml.WriteAttributeString("message", Clean(one.Message));
            if (one.Verdict == Verdict.Failed || !inconclusiveIsFine)
            {
                xml.WriteAttributeString("type", one.Verdict == Verdict.Failed ? "failed" : "inconclusive");
            }

            xml.WriteString(Clean($"{one.Name}\n{one.Message}\n{one.Details}".TrimEnd('\n')));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, Case[] cases, bool inconclusiveIsFine)
    {
        void Count(string name, int count) => xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));
        int inconclusive = cases.Count(c => c.Verdict == Verdict.Inconclusive);
        Count("tests", cases.Length);
        Count("failures", cases.Count(c => c.Verdict == Verdict.Failed));
        Count("errors", inconclusiveIsFine ? 0 : inconclusive);
        Count("skipped", inconclusiveIsFine ? inconclusive : 0);
    }

    // XML has no place for most control characters, however they are written.
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));

    private sealed record Case(string Name, Verdict Verdict, string Message, string Details, int Line);
}
