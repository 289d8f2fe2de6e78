using System.Globalization;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Probes and hooks of a container. One without a handler may have one that only a newer Kubernetes knows, and passes.</summary>
internal static class HandlerValidation
{
    private const string NotInit = "is not allowed: init containers run to their end";

    public static void Validate(V1Container container, bool isInit, string field, Problems problems)
    {
        // An init container that restarts always runs beside the others, and has probes and hooks as they do.
        bool runsToTheEnd = isInit && container.RestartPolicy != "Always";
        ValidateProbe(container.LivenessProbe, runsToTheEnd, onlyOneSuccess: true, field + ".livenessProbe", problems);
        ValidateProbe(container.ReadinessProbe, runsToTheEnd, onlyOneSuccess: false, field + ".readinessProbe", problems);
        ValidateProbe(container.StartupProbe, runsToTheEnd, onlyOneSuccess: true, field + ".startupProbe", problems);
        if (runsToTheEnd && container.Lifecycle is not null)
        {
            problems.Invalid(field + ".lifecycle", "{}", NotInit);
            return;
        }

        ValidateHook(container.Lifecycle?.PostStart, field + ".lifecycle.postStart", problems);
        ValidateHook(container.Lifecycle?.PreStop, field + ".lifecycle.preStop", problems);
    }

    private static void ValidateProbe(V1Probe? probe, bool forbidden, bool onlyOneSuccess, string field, Problems problems)
    {
        if (probe is null)
        {
            return;
        }

        if (forbidden)
        {
            problems.Invalid(field, "{}", NotInit);
            return;
        }

        One(field, "exec, httpGet, tcpSocket and grpc", problems, probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc);
        ValidateActions(probe.Exec, probe.HttpGet, probe.TcpSocket, field, problems);
        problems.InRange(field + ".grpc.port", 1, ContainerValidation.MaxPort, probe.Grpc?.Port);
        problems.AtLeast(field + ".initialDelaySeconds", 0, probe.InitialDelaySeconds);
        problems.AtLeast(field + ".timeoutSeconds", 0, probe.TimeoutSeconds);
        problems.AtLeast(field + ".periodSeconds", 0, probe.PeriodSeconds);
        problems.AtLeast(field + ".successThreshold", 0, probe.SuccessThreshold);
        problems.AtLeast(field + ".failureThreshold", 0, probe.FailureThreshold);
        problems.AtLeast(field + ".terminationGracePeriodSeconds", 1, probe.TerminationGracePeriodSeconds);
        if (onlyOneSuccess && probe.SuccessThreshold > 1)
        {
            problems.Invalid(
                field + ".successThreshold", Problems.Number(probe.SuccessThreshold.Value), "must be 1: only readiness is found again by several successes");
        }
    }

    private static void ValidateHook(V1LifecycleHandler? handler, string field, Problems problems)
    {
        if (handler is not null)
        {
            One(field, "exec, httpGet, tcpSocket and sleep", problems, handler.Exec, handler.HttpGet, handler.TcpSocket, handler.Sleep);
            ValidateActions(handler.Exec, handler.HttpGet, handler.TcpSocket, field, problems);
        }
    }

    private static void One(string field, string among, Problems problems, params ReadOnlySpan<object?> handlers)
    {
        int count = 0;
        foreach (object? handler in handlers)
        {
            count += handler is null ? 0 : 1;
        }

        if (count > 1)
        {
            problems.Invalid(field, $"{Problems.Number(count)} handlers", $"must have one of {among}");
        }
    }

    private static void ValidateActions(V1ExecAction? exec, V1HTTPGetAction? http, V1TCPSocketAction? socket, string field, Problems problems)
    {
        if (exec is { Command: not { Count: > 0 } })
        {
            problems.Required(field + ".exec.command", "must be a program and its arguments");
        }

        if (http is not null)
        {
            ValidatePort(http.Port, field + ".httpGet.port", problems);
            problems.OneOf(field + ".httpGet.scheme", http.Scheme, "HTTP", "HTTPS");
        }

        if (socket is not null)
        {
            ValidatePort(socket.Port, field + ".tcpSocket.port", problems);
        }
    }

    // A number or, by the name that the container gives it, one of its ports. The model keeps numbers as text.
    private static void ValidatePort(IntOrString? port, string field, Problems problems)
    {
        const string allowed = "must be 1 to 65535 or the name of a port";
        string text = port?.ToString() ?? "";
        if (text.Length == 0)
        {
            problems.Required(field, allowed);
        }
        else if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number is < 1 or > ContainerValidation.MaxPort : !Names.IsPortName(text))
        {
            problems.Invalid(field, text, allowed);
        }
    }
}
