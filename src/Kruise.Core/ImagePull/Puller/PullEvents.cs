using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>
/// The texts of a puller's events, and their reader: how many attempts a pull took stands nowhere else in a cluster. A pull that took one attempt does not say so.
/// </summary>
public static class PullEvents
{
    /// <summary>The reason of the event of a pull that succeeded.</summary>
    public const string Succeeded = "PullImageSucceed";

    /// <summary>The reason of the event of a pull that was given up.</summary>
    public const string Failed = "PullImageFailed";

    private const string Image = "Image ";
    private const string WasPulled = " was pulled in ";
    private const string WasThere = " was on the node already";
    private const string WasNotPulled = " could not be pulled on node ";
    private const string Attempts = " (attempts: ";

    /// <summary>What separates an event recorder's own words from the text.</summary>
    private const string AfterOthers = ": ";

    /// <summary>The image was pulled.</summary>
    internal static string Pulled(string reference, TimeSpan took, int attempts) =>
        string.Create(CultureInfo.InvariantCulture, $"{Image}{reference}{WasPulled}{took.TotalSeconds:0.0} s{IfSeveral(attempts)}");

    /// <summary>The image was there.</summary>
    internal static string AlreadyPresent(string reference, int attempts) => Image + reference + WasThere + IfSeveral(attempts);

    /// <summary>The pull was given up.</summary>
    internal static string GivenUp(string reference, string node, int attempts, string error) =>
        string.Create(CultureInfo.InvariantCulture, $"{Image}{reference}{WasNotPulled}{node}{Attempts}{attempts}): {error}");

    /// <summary>Reads a text of this class, also one that stands behind an event recorder's own words; false for every other text.</summary>
    public static bool TryRead(string message, [NotNullWhen(true)] out PullEventFacts? facts)
    {
        facts = null;
        int begin = message.StartsWith(Image, StringComparison.Ordinal) ? 0 : message.IndexOf(AfterOthers + Image, StringComparison.Ordinal);
        if (begin < 0)
        {
            return false;
        }

        ReadOnlySpan<char> text = message.AsSpan(begin + (begin == 0 ? 0 : AfterOthers.Length) + Image.Length);
        int end = text.IndexOf(' ');
        if (end <= 0)
        {
            return false;
        }

        ReadOnlySpan<char> reference = text[..end];
        text = text[end..];
        bool wasThere = text.StartsWith(WasThere, StringComparison.Ordinal);
        if (!wasThere && !text.StartsWith(WasPulled, StringComparison.Ordinal) && !text.StartsWith(WasNotPulled, StringComparison.Ordinal))
        {
            return false;
        }

        int attempts = 1;
        if (text.IndexOf(Attempts, StringComparison.Ordinal) is >= 0 and int at)
        {
            text = text[(at + Attempts.Length)..];
            if (text.IndexOf(')') is not (> 0 and int close) || !int.TryParse(text[..close], NumberStyles.None, CultureInfo.InvariantCulture, out attempts))
            {
                return false;
            }
        }

        facts = new PullEventFacts(reference.ToString(), attempts, wasThere);
        return true;
    }

    private static string IfSeveral(int attempts) => attempts > 1 ? string.Create(CultureInfo.InvariantCulture, $"{Attempts}{attempts})") : "";
}

/// <summary>What the event of a pull's end says.</summary>
/// <param name="Reference">The image: familiar name with tag or digest.</param>
/// <param name="Attempts">Attempts that were begun.</param>
/// <param name="WasPresent">Nothing was fetched: the image was on the node.</param>
public sealed record PullEventFacts(string Reference, int Attempts, bool WasPresent);
