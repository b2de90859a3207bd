using System.Text.Json;
using Takt.Kernel;
using Takt.Pipelines.Recipes;
using Takt.Registry;

namespace Takt.Pipelines.Steps;

/// <summary>The version that a challenger is held against.</summary>
internal sealed class Champion(IRegistry registry)
{
    public const string Alias = "champion";

    /// <summary>Null where the model has no champion yet.</summary>
    public async Task<ModelVersion?> FindAsync(ProjectId project, string? model, CancellationToken cancellationToken) =>
        model is null ? null : await registry.FindByAliasAsync(project, model, Alias, cancellationToken).ConfigureAwait(false);

    /// <summary>Rows before it the version was trained on; null where its recipe does not say.</summary>
    public static DateTimeOffset? CutoffOf(ModelVersion version)
    {
        try
        {
            return JsonSerializer.Deserialize<Recipe>(version.Provenance.Recipe, TaktJson.Options)?.Cutoff;
        }
        catch (JsonException)
        {
            return null; // brought in from outside
        }
    }
}
