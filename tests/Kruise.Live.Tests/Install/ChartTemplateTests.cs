using System.Text.Json.Nodes;
using Kruise.Live.Install.Templates;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>The part of Go's template language that the chart uses.</summary>
public sealed class ChartTemplateTests
{
    private static readonly JsonObject s_values = JsonNode.Parse(
        """
        {
          "n": 3, "yes": true, "no": false, "text": "a \"b\"", "empty": "", "none": {}, "gates": "A=true,B=false",
          "map": {"k": {"x": "1"}, "l": [1, {"w": "true", "z": null}]}
        }
        """)!.AsObject();

    [Theory]
    [InlineData("a {{ .Values.n }} b", "a 3 b")]
    [InlineData("a\n{{- if .Values.yes }}\nb\n{{- end }}\nc", "a\nb\nc")]
    [InlineData("a\n{{- if .Values.no }}\nb {{ .Values.n }}\n{{- end }}\nc", "a\nc")]
    [InlineData("{{ if .Values.empty }}x{{ else }}y{{ end }}", "y")]
    [InlineData("{{ if .Values.none }}x{{ else }}{{ if .Values.n }}y{{ end }}{{ end }}", "y")]
    [InlineData("{{ if not (contains \"B=false\" .Values.gates) }}x{{ end }}.", ".")]
    [InlineData("a {{- /* why */ -}}  b", "ab")]
    [InlineData("{{ .Values.text | quote }}", "\"a \\\"b\\\"\"")]
    [InlineData("m:\n  {{- toYaml .Values.map | nindent 2 }}", "m:\n  k:\n    x: \"1\"\n  l:\n    - 1\n    - w: \"true\"\n      z: null")]
    [InlineData("m: {{ toYaml .Values.none }}", "m: {}")]
    public void Renders(string template, string expected) => Assert.Equal(expected, ChartTemplate.Render("t", template, s_values));

    [Theory]
    [InlineData("{{ .Values.nothing }}")]
    [InlineData("{{ .Release.Name }}")]
    [InlineData("{{ upper .Values.text }}")]
    [InlineData("{{ if .Values.yes }}x")]
    [InlineData("x{{ end }}")]
    [InlineData("{{ .Values.map }}")]
    [InlineData("{{ .Values.n ")]
    [InlineData("{{ (not .Values.n }}")]
    public void Refuses_what_it_does_not_know(string template) => Assert.Throws<FormatException>(() => ChartTemplate.Render("t", template, s_values));
}
