using System.Text.Json;
using Takt.Kernel;

namespace Takt.Journal;

/// <summary>Something that happened, as its module tells it.</summary>
/// <param name="Kind">Dotted, in the past tense: <c>dataset.version.created</c>. Versioned by <paramref name="Version"/>.</param>
/// <param name="Subject">What it happened to, e.g. <c>dataset-version:flights/3</c>.</param>
/// <param name="Payload">A JSON object's text. Hashed as it is written here, never as PostgreSQL would write it again.</param>
/// <param name="Edges">Which things came from which: lineage is a reading of these.</param>
public sealed record Fact(ProjectId Project, ActorId Actor, string Kind, int Version, Subject Subject, string Payload, IReadOnlyList<LineageEdge> Edges)
{
    /// <summary>A fact of version 1 whose payload is written by <see cref="TaktJson"/>.</summary>
    public static Fact Of<T>(Caller caller, string kind, Subject subject, T payload, params IReadOnlyList<LineageEdge> edges) =>
        new(caller.Project, caller.Actor, kind, 1, subject, JsonSerializer.Serialize(payload, TaktJson.Options), edges);
}

/// <summary>A thing that facts speak of: its kind and its name or id, written <c>kind:name</c>.</summary>
public readonly record struct Subject(string Kind, string Name)
{
    public static Subject Dataset(string name) => new("dataset", name);

    public static Subject DatasetVersion(string name, int number) => new("dataset-version", $"{name}/{number}");

    public static Subject Delivery(string id) => new("delivery", id);

    public static Subject Run(string id) => new("run", id);

    public static Subject PipelineRun(string id) => new("pipeline-run", id);

    public static Subject Blob(Digest digest) => new("blob", digest.ToString());

    public static Subject Verdict(string id) => new("verdict", id);

    public static Subject ModelVersion(string name, int number) => new("model-version", $"{name}/{number}");

    public static Subject Deployment(string name) => new("deployment", name);

    public static Subject Revision(string deployment, int number) => new("revision", $"{deployment}/{number}");

    public static Subject Rollout(string id) => new("rollout", id);

    public static Subject Alert(string id) => new("alert", id);

    /// <exception cref="FormatException">There is no colon.</exception>
    public static Subject Parse(string text) =>
        text.Split(':', 2) is [var kind, var name] ? new(kind, name) : throw new FormatException($"'{text}' is not kind:name.");

    public override string ToString() => $"{Kind}:{Name}";
}

/// <summary><paramref name="To"/> came from <paramref name="From"/>, by way of <paramref name="Relation"/> (<c>trained-on</c>, <c>built-from</c>, <c>deployed</c>, <c>raised-by</c> …).</summary>
public sealed record LineageEdge(Subject From, Subject To, string Relation);

/// <summary>A fact with its place: only these are read, so a cursor never misses one.</summary>
/// <param name="Position">Gapless, from 0; the leaf's index in the Merkle tree.</param>
/// <param name="At">When it was appended, UTC, microseconds.</param>
/// <param name="Leaf">The leaf hash of its versioned encoding.</param>
public sealed record SequencedFact(long Position, FactId Id, DateTimeOffset At, Fact Fact, Digest Leaf);
