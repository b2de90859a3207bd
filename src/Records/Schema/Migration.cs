using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;

namespace Takt.Records;

/// <summary>One <c>Migrations/NNNN_name.sql</c> of a module.</summary>
internal sealed record Migration(string Module, int Number, string Name, string Sql)
{
    /// <summary>Of the text: what ran once may never change.</summary>
    public byte[] Sha256 => SHA256.HashData(Encoding.UTF8.GetBytes(Sql));

    public static IReadOnlyList<Migration> Of(IModule module)
    {
        if (module.Migrations is not { } assembly) return [];
        var found = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Migrations.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = resource["Migrations.".Length..];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            found.Add(new Migration(module.Name, int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }
        return found;
    }
}
