using System.Text;

namespace Kruise.Manifests;

/// <summary>
/// Writes what is made under deploy/: `dotnet run --project eng/Kruise.Manifests`, from the repository's root. A test fails while it is out of date.
/// </summary>
internal static class Program
{
    private static int Main()
    {
        string repository = Directory.GetCurrentDirectory();
        if (!File.Exists(Path.Combine(repository, "Kruise.sln")))
        {
            Console.Error.WriteLine("run it from the repository's root, where Kruise.sln is");
            return 2;
        }

        foreach ((string path, string text) in GeneratedFiles.Of(repository))
        {
            string file = Path.Combine(repository, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (!File.Exists(file) || File.ReadAllText(file) != text)
            {
                File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                Console.WriteLine(path);
            }
        }

        return 0;
    }
}
