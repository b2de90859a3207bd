using Takt.Definitions.Yaml;
using Takt.Kernel;

namespace Takt.Definitions.Reading;

/// <summary>A definition that was read: each part with its spec, in the order of the modules. Counts only where <paramref name="Errors"/> is empty.</summary>
internal sealed record ReadDefinition(IReadOnlyList<(IDefinitionPart Part, object Spec)> Parts, SpecErrors Errors);

/// <summary>Hands each module its part of the file and gathers every mistake.</summary>
internal sealed class DefinitionReader(IEnumerable<IDefinitionPart> parts)
{
    private const string ProjectKey = "project";

    private readonly IDefinitionPart[] parts = [.. parts];

    /// <summary>The modules' parts, in their order.</summary>
    public IReadOnlyList<IDefinitionPart> Parts => parts;

    /// <param name="project">The project that it is applied to.</param>
    public ReadDefinition Read(DefinitionSource source, string project)
    {
        var errors = new SpecErrors();
        var (root, broken) = YamlFile.Read(source.File, errors);
        if (root is null) return new ReadDefinition([], errors);
        root.AllowOnly(errors, "A definition", [ProjectKey, .. parts.Select(p => p.Key)]);
        CheckProject(root, broken, project, errors);
        var specs = parts.Where(p => !broken.Contains(p.Key)).Select(part => (part, part.Read(Section(root, part.Key, errors), errors, source.FileNamed))).ToList();
        foreach (var reference in specs.Select(s => s.Item2).OfType<ISpecReferences>().SelectMany(s => s.References)) CheckReference(reference, root, broken, errors);
        return new ReadDefinition(specs, errors);
    }

    private static void CheckProject(SpecMap root, IReadOnlySet<string> broken, string project, SpecErrors errors)
    {
        if (broken.Contains(ProjectKey)) return;
        var name = root.Text(ProjectKey, errors);
        if (root[ProjectKey] is null) errors.Add(root, "The definition does not say whose it is.", $"Begin with 'project: {project}'.");
        else if (name is not null && name != project)
            errors.Add(root[ProjectKey]!, $"The file is the definition of project '{name}', and it was sent to '{project}'.", $"Apply it to '{name}', or write 'project: {project}'.");
    }

    /// <summary>What the file leaves out is empty: the file wins, so what stood there goes.</summary>
    private static SpecMap Section(SpecMap root, string key, SpecErrors errors)
    {
        if (root[key] is null or SpecScalar { Text: "", Quoted: false }) return new SpecMap([], root.Line, root.Column);
        return root.Map(key, errors) ?? new SpecMap([], root.Line, root.Column);
    }

    private void CheckReference(SpecReference reference, SpecMap root, IReadOnlySet<string> broken, SpecErrors errors)
    {
        // A part that no module brings cannot define anything: then the module that would is not there, and its own door says so.
        if (broken.Contains(reference.Key) || parts.All(p => p.Key != reference.Key)) return;
        var known = (root[reference.Key] as SpecMap)?.Entries.Select(e => e.Name).ToList() ?? [];
        if (known.Contains(reference.Name)) return;
        errors.Add(reference.At, $"There is no '{reference.Name}' under '{reference.Key}:'.",
            known.Count == 0 ? $"Define it under '{reference.Key}:'." : $"Defined there: {string.Join(", ", known)}.");
    }
}
