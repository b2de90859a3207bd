using System.Text;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Pipelines.Runs;

/// <summary>A piece of a step's log.</summary>
/// <param name="Next">Ask again from here.</param>
/// <param name="Done">Nothing more will come.</param>
internal sealed record LogPiece(string Step, string Text, long Next, bool Done);

/// <summary>Reads logs of steps, while they are written and after.</summary>
internal sealed class ReadLog(RunStore store, LiveSteps live, IArtifactStore artifacts)
{
    private const int Piece = 256 << 10;

    /// <param name="step">Null: the one that runs, else the last one that ran.</param>
    public async Task<Outcome<LogPiece>> ReadAsync(ProjectId project, PipelineRunId id, string? step, long from, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(project, id, cancellationToken).ConfigureAwait(false) is not { } run) return PipelineRunEndpoints.NotFound(id);
        var steps = await store.StepsAsync(id, cancellationToken).ConfigureAwait(false);
        var found = step is null ? steps.LastOrDefault(s => s.StartedAt is not null) ?? steps[0] : steps.FirstOrDefault(s => s.Name == step);
        if (found is null) return Problem.NotFound("pipeline-step-not-found", $"Run {id} has no step '{step}'.", $"It has: {string.Join(", ", steps.Select(s => s.Name))}.");
        var over = found.State is not (StepState.Pending or StepState.Running or StepState.Waiting) || run.EndedAt is not null;
        await using var stream = await OpenAsync(project, found, cancellationToken).ConfigureAwait(false);
        if (stream is null || from < 0 || from >= stream.Length) return new LogPiece(found.Name, "", Math.Max(0, from), over);
        stream.Seek(from, SeekOrigin.Begin);
        var buffer = new byte[(int)Math.Min(Piece, stream.Length - from)];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        // Never half a character: a piece ends with a line, unless one line fills it.
        var end = buffer.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        if (end == 0) end = read;
        return new LogPiece(found.Name, Encoding.UTF8.GetString(buffer, 0, end), from + end, over && from + end >= stream.Length);
    }

    private async Task<Stream?> OpenAsync(ProjectId project, StepRun step, CancellationToken cancellationToken)
    {
        if (live.LogFile(step.Run, step.Ordinal) is { } file)
        {
            try
            {
                return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (FileNotFoundException)
            {
                // It ended this moment; what was kept counts.
            }
        }
        return step.Log is { } blob ? await artifacts.OpenAsync(project, blob, cancellationToken).ConfigureAwait(false) : null;
    }
}
