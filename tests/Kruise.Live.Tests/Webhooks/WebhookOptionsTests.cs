using System.Net;
using Kruise.Live.Cli;
using Kruise.Live.Webhooks;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class WebhookOptionsTests
{
    [Fact]
    public void Without_environment_the_defaults_are_upstreams()
    {
        WebhookOptions options = WebhookOptions.FromEnvironment(_ => null);

        Assert.Equal(new WebhookOptions(), options);
        Assert.Equal(9876, options.Port);
        Assert.Null(options.UrlOf("/x"));
        Assert.Equal(["kruise-webhook-service.kruise-system.svc", "localhost"], options.DnsNames);
    }

    [Fact]
    public void The_environment_names_everything()
    {
        WebhookOptions options = From(
            ("WEBHOOK_HOST", "Manager.Example."), ("WEBHOOK_PORT", "8443"), ("POD_NAMESPACE", "ns"), ("SECRET_NAME", "certs"), ("SERVICE_NAME", "svc"));

        Assert.Equal(new WebhookOptions { Host = "manager.example", Port = 8443, Namespace = "ns", SecretName = "certs", ServiceName = "svc" }, options);
        Assert.Equal("https://manager.example:8443/x", options.UrlOf("/x"));
        Assert.Equal(["svc.ns.svc", "localhost", "manager.example"], options.DnsNames);
        Assert.Empty(options.Addresses);
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "https://192.0.2.7:9876/x")]
    [InlineData("2001:db8::7", "2001:db8::7", "https://[2001:db8::7]:9876/x")]
    [InlineData("[2001:DB8:0::7]", "2001:db8::7", "https://[2001:db8::7]:9876/x")]
    public void A_host_may_be_an_address(string text, string address, string url)
    {
        WebhookOptions options = From(("WEBHOOK_HOST", text));

        Assert.Equal([IPAddress.Parse(address)], options.Addresses);
        Assert.Equal(2, options.DnsNames.Count);
        Assert.Equal(url, options.UrlOf("/x"));
    }

    [Theory]
    [InlineData("WEBHOOK_PORT", "https")]
    [InlineData("WEBHOOK_PORT", "0")]
    [InlineData("WEBHOOK_PORT", "65536")]
    [InlineData("WEBHOOK_PORT", "-1")]
    [InlineData("WEBHOOK_HOST", "https://manager")]
    [InlineData("WEBHOOK_HOST", "manager:9876")]
    public void What_cannot_be_used_is_bad_input_in_one_line(string name, string value)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => From((name, value)));

        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.StartsWith($"{name} is \"{value}\"; it must be ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static WebhookOptions From(params (string Name, string Value)[] variables) =>
        WebhookOptions.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
