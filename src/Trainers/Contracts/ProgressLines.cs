using System.Text.Json;
using Takt.Kernel;

namespace Takt.Trainers;

/// <summary>Writes progress as JSON lines, each flushed at once: <c>{"phase":"read","share":0.3,"message":"…"}</c>.</summary>
public sealed class ProgressLines(TextWriter output) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        lock (output)
        {
            output.WriteLine(JsonSerializer.Serialize(value, TaktJson.Options));
            output.Flush();
        }
    }
}
