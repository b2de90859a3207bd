using System.Text;
using System.Text.Json;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Pipelines.Specs;

/// <summary>Where the project's folder stood in git when its definition was applied.</summary>
/// <param name="Commit">Full hash; null before the first commit.</param>
/// <param name="Diff">In Artifacts: what was not committed; null: everything was.</param>
internal sealed record SourceState(string? Commit, string? Branch, Digest? Diff)
{
    public static async Task<SourceState?> KeepAsync(IArtifactStore artifacts, ProjectId project, string json, CancellationToken cancellationToken)
    {
        var sent = JsonSerializer.Deserialize<Sent>(json, TaktJson.Options);
        if (sent is null) return null;
        var diff = string.IsNullOrEmpty(sent.Diff) ? null : await artifacts.PutAsync(project, Encoding.UTF8.GetBytes(sent.Diff), cancellationToken).ConfigureAwait(false);
        return new SourceState(Cut(sent.Commit), Cut(sent.Branch), diff?.Digest);
    }

    private static string? Cut(string? text) => text is { Length: > 200 } ? text[..200] : text;

    private sealed record Sent(string? Commit, string? Branch, string? Diff);
}
