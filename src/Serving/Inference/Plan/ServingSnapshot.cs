using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>A plan made ready to answer: never edited, replaced whole. Holds a lease on each of its models until it is retired.</summary>
internal sealed class ServingSnapshot
{
    private readonly FrozenDictionary<(ProjectId, string), ServedDeployment> deployments;
    private readonly FrozenDictionary<string, ProjectId> projects;
    private readonly FrozenDictionary<Digest, PlannedToken> tokens;

    public ServingSnapshot(DataPlanePlan plan, IEnumerable<ServedDeployment> served)
    {
        Plan = plan;
        deployments = served.ToFrozenDictionary(d => (d.Spec.ProjectId, d.Spec.Name));
        projects = plan.Deployments.DistinctBy(d => d.Project).ToFrozenDictionary(d => d.Project, d => d.ProjectId, StringComparer.Ordinal);
        tokens = plan.Tokens.ToFrozenDictionary(t => t.Sha256);
    }

    public DataPlanePlan Plan { get; }

    public IEnumerable<ServedDeployment> Deployments => deployments.Values;

    /// <summary>Whom a token lets in; null for nobody known.</summary>
    public PlannedToken? Token(Digest sha256) => tokens.GetValueOrDefault(sha256);

    /// <param name="project">A project's name; null where the path names none.</param>
    /// <param name="token">The caller's: bound to a project, or to all.</param>
    public ServedDeployment? Find(string? project, PlannedToken token, string deployment)
    {
        ProjectId id;
        if (project is null) id = token.Home;
        else if (!projects.TryGetValue(project, out id)) return null;
        return !token.Opens(id) ? null : deployments.GetValueOrDefault((id, deployment));
    }

    public void Retire()
    {
        foreach (var arm in deployments.Values.SelectMany(d => d.Arms)) arm.Model.Release();
    }
}

/// <summary>A deployment with its models loaded.</summary>
internal sealed class ServedDeployment
{
    private readonly int[] upTo; // cumulative shares in hundredths of a percent, by arm
    private readonly ServedRevision? only;

    public ServedDeployment(PlannedDeployment spec, IReadOnlyList<ServedRevision> arms)
    {
        Spec = spec;
        Arms = [.. arms];
        upTo = new int[Arms.Length];
        var sum = 0;
        for (var i = 0; i < Arms.Length; i++) upTo[i] = sum += Arms[i].Spec.Percent * 100;
        Total = sum;
        var live = Arms.Where(a => a.Spec.Percent > 0).ToArray();
        only = live.Length == 1 ? live[0] : null;
        HasShadows = Arms.Any(a => a.Spec.Shadow);
        StickyUtf8 = spec.StickyBy is null ? null : Encoding.UTF8.GetBytes(spec.StickyBy);
        StickyIsInput = spec.StickyBy is not null && Arms.Any(a => a.Model.Inputs.Any(i => i.Name == spec.StickyBy));
        Salt = Arms.Length == 0 ? 0 : (ulong)Arms[0].Spec.Number;
        Champion = live.Length == 0 ? null : live[^1];
        ChampionAlone = live.Length <= 1 ? this : new ServedDeployment(this);
    }

    private ServedDeployment(ServedDeployment whole)
    {
        Spec = whole.Spec;
        Arms = whole.Arms;
        upTo = whole.upTo;
        Total = whole.Total;
        only = Champion = whole.Champion;
        HasShadows = whole.HasShadows;
        ChampionAlone = this;
    }

    public PlannedDeployment Spec { get; }

    public ServedRevision[] Arms { get; }

    public bool HasShadows { get; }

    /// <summary>Nothing answers.</summary>
    public bool IsEmpty => Total == 0;

    /// <summary>One revision answers everything: no hash is needed.</summary>
    public ServedRevision? Only => only;

    /// <summary>The last one with traffic; null where nothing answers.</summary>
    public ServedRevision? Champion { get; }

    /// <summary>The same deployment with the champion answering everything.</summary>
    public ServedDeployment ChampionAlone { get; }

    public byte[]? StickyUtf8 { get; }

    public bool StickyIsInput { get; }

    /// <summary>Each challenger meets other callers first.</summary>
    public ulong Salt { get; }

    private int Total { get; }

    public ServedRevision Choose(ulong hash)
    {
        var place = (int)(hash % (ulong)Total);
        var i = 0;
        while (place >= upTo[i]) i++;
        return Arms[i];
    }
}

/// <summary>A revision with its model loaded, and the parts of its answers that never change.</summary>
internal sealed class ServedRevision
{
    public ServedRevision(PlannedDeployment deployment, PlannedRevision spec, LoadedModel model, LogSchema schema)
    {
        Spec = spec;
        Model = model;
        Schema = schema;
        Head = Encoding.UTF8.GetBytes($"{{\"model_name\":{JsonSerializer.Serialize(deployment.Name)},\"model_version\":{JsonSerializer.Serialize(spec.ModelVersion)},\"id\":\"");
        AfterId = Encoding.UTF8.GetBytes($"\",\"parameters\":{{\"model_digest\":\"{spec.Digest}\",\"revision\":{spec.Number}}},\"outputs\":[");
        DigestHeader = new StringValues(spec.Digest.ToString());
    }

    public PlannedRevision Spec { get; }

    public LoadedModel Model { get; }

    public LogSchema Schema { get; }

    public byte[] Head { get; }

    public byte[] AfterId { get; }

    public StringValues DigestHeader { get; }
}
