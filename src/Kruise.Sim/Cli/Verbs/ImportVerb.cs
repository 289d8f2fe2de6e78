using System.CommandLine;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim import</c>.</summary>
internal static class ImportVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        var images = new Argument<string[]>("IMAGE") { Description = "Images, as a pod names them.", Arity = ArgumentArity.OneOrMore };
        var platform = new Option<string?>("--platform") { Description = "Which image of several: linux/amd64, linux/arm64, linux/arm/v7 and so on. Default: linux/amd64.", HelpName = "OS/ARCH" };
        var plainHttp = new Option<string[]>("--plain-http")
        {
            Description = "This registry, and the token service that it names, speak HTTP and not HTTPS: localhost:5000. May be repeated.",
            HelpName = "HOST",
            AllowMultipleArgumentsPerToken = false,
        };
        var authFile = new Option<string?>("--auth-file")
        {
            Description = "Docker's configuration with credentials under \"auths\". Default: $DOCKER_CONFIG/config.json or ~/.docker/config.json.",
            HelpName = "FILE",
        };
        var command = new Command("import", "Reads images' real layers from their registries and prints them as a scenario has them.") { images, platform, plainHttp, authFile };
        command.SetAction((parsed, cancellation) => new ImportCommand(output, errors).RunAsync(
            new ImportArguments(parsed.GetValue(images)!, parsed.GetValue(platform), parsed.GetValue(plainHttp) ?? [], parsed.GetValue(authFile)), cancellation));
        return command;
    }
}
