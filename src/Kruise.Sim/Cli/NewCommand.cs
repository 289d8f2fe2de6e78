using System.Text;
using Kruise.Sim.Authoring;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Spectre.Console;

namespace Kruise.Sim.Cli;

/// <summary>What <c>kruise-sim new</c> was told.</summary>
/// <param name="Name">The scenario's name or its file; null when it was not said.</param>
/// <param name="Kind">A word of <see cref="FirstScenarioKind"/>; null when it was not said.</param>
/// <param name="Answers">Answers by option.</param>
/// <param name="Out">The file, or <c>-</c> for standard output.</param>
/// <param name="Schema">What the first line names; null for a copy of the schema beside the file.</param>
/// <param name="Force">Whether files that are there may be replaced.</param>
/// <param name="Defaults">Whether nothing is asked.</param>
internal sealed record NewArguments(
    string? Name, string? Kind, IReadOnlyDictionary<string, string> Answers, string? Out, string? Schema, bool Force, bool Defaults);

/// <summary>Writes a first scenario from options and, on a terminal, from answers to questions. What it writes has been loaded as <c>validate</c> would.</summary>
/// <param name="output">Standard output.</param>
/// <param name="errors">Standard error.</param>
/// <param name="terminal">Who is asked; null where nobody is.</param>
internal sealed class NewCommand(TextWriter output, TextWriter errors, IAnsiConsole? terminal)
{
    private const string StandardOutput = "-";

    private static readonly string[] _extensions = [".yaml", ".yml"];

    public int Run(NewArguments arguments)
    {
        if (Read(arguments) is not { } scenario)
        {
            return ExitCode.BadInput;
        }

        string file = arguments.Out ?? (IsFile(arguments.Name) ? arguments.Name! : scenario.Name + _extensions[0]);
        string text = FirstScenarioText.Of(scenario with { Schema = arguments.Schema ?? FirstScenario.SchemaFile });
        if (!IsValid(text, file))
        {
            return ExitCode.BadInput;
        }

        if (file == StandardOutput)
        {
            output.Write(text);
            return ExitCode.Fine;
        }

        return Write(file, text, arguments) ? ExitCode.Fine : ExitCode.BadInput;
    }

    private FirstScenario? Read(NewArguments arguments)
    {
        bool asks = terminal is not null && !arguments.Defaults;
        FirstScenario scenario = new();
        if (arguments.Kind is { } word)
        {
            scenario = scenario with { Kind = FirstScenarioQuestion.AllKinds.First(kind => WordAttribute.Of(kind) == word) };
        }
        else if (asks)
        {
            scenario = scenario with { Kind = AskKind() };
        }

        var assumed = new List<string>();
        if (arguments.Kind is null && !asks)
        {
            assumed.Add("--kind " + WordAttribute.Of(scenario.Kind));
        }

        if (Name(arguments, scenario, asks) is not { } name)
        {
            return null;
        }

        scenario = scenario with { Name = name };
        bool good = true;
        foreach (FirstScenarioQuestion question in FirstScenarioQuestion.All)
        {
            string? given = arguments.Answers.GetValueOrDefault(question.Option);
            if (!question.IsOf(scenario.Kind))
            {
                if (given is not null)
                {
                    string kinds = string.Join(" or ", question.Kinds.Select(kind => WordAttribute.Of(kind)));
                    errors.WriteLine($"{question.Option}: a scenario of the kind {WordAttribute.Of(scenario.Kind)} has none; allowed with --kind {kinds}");
                    good = false;
                }

                continue;
            }

            if (given is null && asks)
            {
                scenario = Ask(question, scenario);
            }
            else if (given is null)
            {
                assumed.Add(question.Option + " " + question.Current(scenario));
            }
            else
            {
                (scenario, Finding? wrong) = question.Apply(scenario, given);
                if (wrong is { } finding)
                {
                    errors.WriteLine($"{question.Option}: {finding}");
                    good = false;
                }
            }
        }

        if (good && FirstScenarioQuestion.Together(scenario) is { } together)
        {
            errors.WriteLine($"{together.Option}: {together.Finding}");
            return null;
        }

        if (good && assumed.Count > 0)
        {
            errors.WriteLine("assumed: " + string.Join(' ', assumed));
        }

        return good ? scenario : null;
    }

    private string? Name(NewArguments arguments, FirstScenario scenario, bool asks)
    {
        string? name = arguments.Name is null && IsFile(arguments.Out) ? Path.GetFileNameWithoutExtension(arguments.Out)
            : IsFile(arguments.Name) ? Path.GetFileNameWithoutExtension(arguments.Name)
            : arguments.Name;
        string suggested = "my-" + WordAttribute.Of(scenario.Kind);
        if (name is null && asks)
        {
            return terminal!.Prompt(new TextPrompt<string>("Name of the scenario and its file").DefaultValue(suggested)
                .Validate(answer => TextForms.Check(answer, TextFormat.DnsLabel) is { } finding ? ValidationResult.Error(Markup.Escape(finding.ToString())) : ValidationResult.Success()));
        }

        name ??= suggested;
        if (TextForms.Check(name, TextFormat.DnsLabel) is { } wrong)
        {
            errors.WriteLine($"NAME: {wrong}");
            return null;
        }

        return name;
    }

    private FirstScenarioKind AskKind()
    {
        var words = FirstScenarioQuestion.AllKinds.ToDictionary(kind => WordAttribute.Of(kind), StringComparer.Ordinal);
        foreach ((string word, FirstScenarioKind kind) in words)
        {
            terminal!.MarkupLineInterpolated($"  {word,-8}  {WordAttribute.Meaning(kind)}");
        }

        return words[terminal!.Prompt(new TextPrompt<string>("What is the question?").AddChoices(words.Keys).DefaultValue(words.Keys.First()))];
    }

    private FirstScenario Ask(FirstScenarioQuestion question, FirstScenario scenario)
    {
        string answer = terminal!.Prompt(new TextPrompt<string>(Markup.Escape(question.Description)).DefaultValue(question.Current(scenario)).Validate(text =>
        {
            (FirstScenario changed, Finding? wrong) = question.Apply(scenario, text);
            wrong ??= FirstScenarioQuestion.Together(changed) is { } together && together.Option == question.Option ? together.Finding : null;
            return wrong is { } finding ? ValidationResult.Error(Markup.Escape(finding.ToString())) : ValidationResult.Success();
        }));
        return question.Apply(scenario, answer).Changed;
    }

    // The answers were checked one by one; whatever they are together is for the loader to say.
    private bool IsValid(string text, string file)
    {
        string folder = Directory.CreateTempSubdirectory("kruise-sim-new-").FullName;
        try
        {
            string path = Path.Combine(folder, "scenario.yaml");
            File.WriteAllText(path, text);
            LoadResult loaded = ScenarioFiles.Load(path, [], null);
            foreach (Problem problem in loaded.Problems)
            {
                errors.WriteLine(problem.ToString().Replace(path, file, StringComparison.Ordinal));
            }

            return loaded.Succeeded;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private bool Write(string file, string text, NewArguments arguments)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string schema = Path.Combine(folder, FirstScenario.SchemaFile);
        string writing = file;
        try
        {
            Directory.CreateDirectory(folder);
            if (!Put(file, text, arguments.Force))
            {
                errors.WriteLine($"{file}: is there already; allowed: another name, or --force to replace it");
                return false;
            }

            output.WriteLine($"wrote {file}");
            writing = schema;
            if (arguments.Schema is null && !Put(schema, ScenarioSchema.Generate(), arguments.Force) && File.ReadAllText(schema) != ScenarioSchema.Generate())
            {
                errors.WriteLine($"{schema}: is there already and is not this version's; it stays (--force replaces it)");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{writing}: cannot be written: {e.Message}");
            return false;
        }

        output.WriteLine("next: " + ShellWords.Join(["kruise-sim", "run", file]));
        return true;
    }

    // Whole or not at all, and never over a file that is there unless that was asked for.
    private static bool Put(string file, string text, bool force)
    {
        if (Directory.Exists(file))
        {
            throw new IOException("it is a folder");
        }

        if (!force && File.Exists(file))
        {
            return false;
        }

        try
        {
            WholeFile.Write(file, Encoding.UTF8.GetBytes(text), replace: force);
            return true;
        }
        catch (IOException) when (!force && File.Exists(file))
        {
            return false;
        }
    }

    private static bool IsFile(string? name) => name is not null && _extensions.Contains(Path.GetExtension(name), StringComparer.Ordinal);
}
