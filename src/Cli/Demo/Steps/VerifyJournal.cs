using Takt.Cli.Api;
using Takt.Journal;

namespace Takt.Cli.Demo.Steps;

/// <summary>8. The journal is whole; a byte flipped in a copied export is found, and its position named.</summary>
internal sealed class VerifyJournal : DemoStep
{
    public override string Title => "8 The journal is verified";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var path = Path.Combine(world.Folder, "journal.jsonl");
        using (var request = new HttpRequestMessage(HttpMethod.Get, ApiClient.InProject(world.Project, "journal/export")))
        using (var answer = await world.Api.SendAsync(request, cancellationToken))
        await using (var file = File.Create(path))
            await answer.Content.CopyToAsync(file, cancellationToken);

        var whole = await VerifyAsync(path, cancellationToken);
        Hold(whole.IsWhole, $"the journal is not whole: {whole.Summary}");
        world.Table.Add(Title, whole.Summary, $"root {whole.Root}");

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var at = bytes.AsSpan().LastIndexOf("flight-late"u8);
        bytes[at] ^= 0x01;
        var copy = Path.Combine(world.Folder, "journal-flipped.jsonl");
        await File.WriteAllBytesAsync(copy, bytes, cancellationToken);
        var damaged = await VerifyAsync(copy, cancellationToken);
        Hold(!damaged.IsWhole && damaged.Position is not null, "a flipped byte was not found");
        world.Table.Add(Title, $"one bit of byte {at:N0} flipped in a copy: {damaged.Summary}", $"fact {damaged.Position}");
    }

    private static async Task<VerifyReport> VerifyAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return await ExportVerifier.VerifyAsync(file, cancellationToken);
    }
}
