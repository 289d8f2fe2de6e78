using System.Runtime.InteropServices;

namespace Kruise.Sim.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks the work to stop, a second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly TextWriter _errors;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _count;

    public Interruption(TextWriter errors)
    {
        _errors = errors;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Whether the work is to stop.</summary>
    public bool Requested => Volatile.Read(ref _count) > 0;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            // A report that is being written stays beside its place, and the next run removes it.
            if (!Console.IsErrorRedirected)
            {
                // The progress bar hides the cursor and cannot bring it back any more.
                _errors.Write("\e[?25h");
            }

            Environment.Exit(ExitCode.Interrupted);
        }

        _errors.WriteLine("stopping");
    }
}
