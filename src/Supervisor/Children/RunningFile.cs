using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>Keeps <c>takt.json</c> true while processes come and go.</summary>
internal sealed class RunningFile(TaktHome home, RunningTakt first)
{
    private readonly Lock gate = new();
    private RunningTakt now = first;

    internal void Set(string name, ProcessIdentity? process)
    {
        lock (gate)
        {
            var processes = new Dictionary<string, ProcessIdentity>(now.Processes);
            if (process is null) processes.Remove(name);
            else processes[name] = process;
            now = now with { Processes = processes };
            now.Write(home);
        }
    }

    internal void Remove()
    {
        lock (gate) File.Delete(home.StateFile);
    }
}
