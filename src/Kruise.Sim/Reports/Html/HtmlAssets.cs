using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Kruise.Sim.Reports.Html;

/// <summary>Style and scripts of <c>report.html</c>, which are resources of this program. A page holds one style and one script, known by their hashes to its policy.</summary>
internal static class HtmlAssets
{
    /// <summary>In the order in which they build on each other.</summary>
    private static readonly string[] s_scripts =
        ["page", "format", "colours", "theme", "dom", "events", "chart", "time", "values", "columns", "table", "sort", "causes", "cells", "replay", "links", "start"];

    private static readonly string[] s_styles = ["page", "parts", "print"];

    private static readonly Lazy<string> s_script = new(() => Read("uplot/uPlot.iife.min.js") + "\n(function () {\n\"use strict\";\n" + string.Concat(s_scripts.Select(name => Read($"js/{name}.js"))) + "})();\n");

    private static readonly Lazy<string> s_style = new(() => Read("uplot/uPlot.min.css") + "\n" + string.Concat(s_styles.Select(name => Read($"css/{name}.css"))) + HeatTable.Style);

    public static string Script => s_script.Value;

    public static string Style => s_style.Value;

    /// <summary>The licence of the chart library.</summary>
    public static string Licence => Read("uplot/LICENSE");

    /// <summary>Nothing is fetched from anywhere, and nothing runs but the page's own style and script.</summary>
    public static string Policy => $"default-src 'none'; script-src '{Hash(Script)}'; style-src '{Hash(Style)}'; img-src data:; base-uri 'none'; form-action 'none'";

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Html/" + name) ?? throw new InvalidOperationException($"The program lacks its resource Html/{name}.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
