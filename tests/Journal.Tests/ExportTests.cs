using System.Net;
using System.Text;
using System.Text.Json;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Journal.Tests;

public sealed class ExportTests
{
    [Fact]
    public async Task An_export_verifies_without_a_database()
    {
        var export = await ExportAsync(25);
        var report = ExportVerifier.Verify(new MemoryStream(export));
        Assert.True(report.IsWhole, report.Summary);
        Assert.Equal(ProjectId.Default, report.Project);
        Assert.True(report.Facts >= 25);
        Assert.Single(report.Keys);
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_is_found_and_its_line_named()
    {
        var export = await ExportAsync(6, other: true);
        var random = new Random(20261120);
        var line = 1;
        for (var at = 0; at < export.Length; at++)
        {
            var mask = (byte)(1 << random.Next(8));
            var newline = export[at] == '\n';
            if (at % 3 == 0 || newline)
            {
                export[at] ^= mask;
                var report = ExportVerifier.Verify(new MemoryStream(export));
                export[at] ^= mask;
                Assert.False(report.IsWhole, $"byte {at}, mask {mask}");
                Assert.NotNull(report.Line);
                // What no signature covers (a key's unused endorsement, a newline that became another byte) shows at the latest at the export's end.
                if (!newline && report.Line != line) Assert.Equal(1, line);
            }
            if (newline) line++;
        }
    }

    [Fact]
    public async Task A_damaged_fact_is_named_by_its_position()
    {
        var export = await ExportAsync(10);
        var text = Encoding.UTF8.GetString(export);
        var fact = text.Split('\n').First(l => l.Contains("\\\"n\\\":7", StringComparison.Ordinal));
        var position = JsonDocument.Parse(fact).RootElement.GetProperty("position").GetInt64();
        var report = Verify(text.Replace("\\\"n\\\":7", "\\\"n\\\":8", StringComparison.Ordinal));
        Assert.Equal(position, report.Position);
        Assert.Equal(position, Verify(text.Replace(fact + "\n", "", StringComparison.Ordinal)).Position);
    }

    [Fact]
    public async Task What_is_removed_doubled_swapped_or_cut_is_found()
    {
        var lines = Encoding.UTF8.GetString(await ExportAsync(8, other: true)).TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            Assert.False(Verify(Join(lines.Where((_, n) => n != i))).IsWhole, $"without line {i}");
            Assert.False(Verify(Join(lines.Take(i + 1).Append(lines[i]).Concat(lines.Skip(i + 1)))).IsWhole, $"line {i} twice");
            if (i > 0) Assert.False(Verify(Join(lines.Take(i - 1).Append(lines[i]).Append(lines[i - 1]).Concat(lines.Skip(i + 1)))).IsWhole, $"line {i} swapped");
            Assert.False(Verify(Join(lines.Take(i))).IsWhole, $"cut before line {i}");
        }
        Assert.False(Verify(Join(lines) + "{}\n").IsWhole);
        Assert.False(Verify(Join(lines).TrimEnd('\n')).IsWhole);
        Assert.False(Verify("").IsWhole);
    }

    [Fact]
    public async Task A_forger_with_a_key_of_his_own_fails_against_a_trusted_key_and_against_a_noted_root()
    {
        var genuine = await ExportAsync(5);
        var report = ExportVerifier.Verify(new MemoryStream(genuine));
        var forged = await ExportAsync(5);
        Assert.True(ExportVerifier.Verify(new MemoryStream(forged)).IsWhole);
        Assert.False(ExportVerifier.Verify(new MemoryStream(forged), new VerifyOptions { TrustedKeys = report.Keys }).IsWhole);
        Assert.False(ExportVerifier.Verify(new MemoryStream(forged), new VerifyOptions { Anchors = [new Anchor(report.Size, report.Root)] }).IsWhole);
        Assert.False(ExportVerifier.Verify(new MemoryStream(genuine), new VerifyOptions { Anchors = [new Anchor(report.Size + 1, report.Root)] }).IsWhole);
        var trusted = ExportVerifier.Verify(new MemoryStream(genuine), new VerifyOptions { TrustedKeys = report.Keys, Anchors = [new Anchor(report.Size, report.Root)] });
        Assert.True(trusted.IsWhole, trusted.Summary);
    }

    [Fact]
    public async Task A_projects_export_tells_nothing_of_others_and_leaves_nothing_of_its_own_out()
    {
        await using var server = await TestServer.StartAsync();
        var other = new ProjectId(Guid.CreateVersion7());
        await server.AppendAsync(Facts.Any("test.mine") with { Payload = """{"text":"mine"}""" });
        await server.AppendAsync(Facts.Any("test.theirs") with { Project = other, Payload = """{"text":"secret"}""", Subject = new Subject("thing", "theirs") });
        var mine = await server.Client.GetStringAsync("/api/v1/projects/default/journal/export");
        Assert.Contains("mine", mine);
        Assert.DoesNotContain("theirs", mine);
        Assert.DoesNotContain("secret", mine);
        Assert.DoesNotContain(Id.Text(other), mine);
        Assert.True(Verify(mine).IsWhole);

        var all = await server.Client.GetStringAsync("/api/v1/journal/export");
        Assert.Contains("secret", all);
        Assert.True(Verify(all).IsWhole);

        // Withholding one of the project's own facts behind hashes is seen.
        var fact = mine.Split('\n').Select(l => l.Length == 0 ? default : JsonDocument.Parse(l).RootElement).First(l => l.ValueKind == JsonValueKind.Object && l.TryGetProperty("kind", out var k) && k.GetString() == "test.mine");
        var read = (await server.Get<IJournal>().ReadAsync(null, fact.GetProperty("position").GetInt64() - 1, 1, [], default)).Single();
        var withheld = new Export.ExportLine.OtherLine(read.Position, read.Leaf, Tree.FactLeaf.Tag(read.Fact.Project), Tree.FactLeaf.Body(read.Id, read.At, read.Fact)).Bytes();
        var report = Verify(string.Join('\n', mine.Split('\n').Select(l => l.Contains("\"test.mine\"", StringComparison.Ordinal) ? Encoding.UTF8.GetString(withheld) : l)));
        Assert.Equal(read.Position, report.Position);
    }

    [Fact]
    public async Task The_running_journal_verifies_and_a_row_changed_by_the_databases_owner_is_named()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 5; i++) await server.AppendAsync("test.happened", $$"""{"n":{{i}}}""");
        var whole = await ReportAsync(server);
        Assert.True(whole.GetProperty("isWhole").GetBoolean(), whole.GetProperty("summary").GetString());

        await using var owner = Npgsql.NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        var position = (await server.Get<IJournal>().ReadAsync(null, -1, 1000, ["test.happened"], default))[2].Position;
        await using (var command = owner.CreateCommand($"""
            ALTER TABLE journal.facts DISABLE TRIGGER ALL;
            UPDATE journal.facts SET payload = '{"n":-1}' WHERE id = (SELECT fact FROM journal.sequence WHERE position = {position})
            """)) await command.ExecuteNonQueryAsync();
        var damaged = await ReportAsync(server);
        Assert.False(damaged.GetProperty("isWhole").GetBoolean());
        Assert.Equal(position, damaged.GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task A_fact_that_was_hidden_from_the_sequencer_is_found()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = await server.Database.App.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await server.Get<IJournal>().AppendAsync(transaction, Facts.Any("test.happened"), default);
        await using (var hide = new Npgsql.NpgsqlCommand("DELETE FROM journal.pending", connection, transaction)) await hide.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        var report = await ReportAsync(server);
        Assert.False(report.GetProperty("isWhole").GetBoolean());
        Assert.Contains("kept from the sequencer", report.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Keys_rotate_and_the_old_one_endorses_the_new()
    {
        await using var first = await TestServer.StartAsync();
        await first.AppendAsync("test.happened", "{}");
        Assert.Single(ExportVerifier.Verify(new MemoryStream(await first.Client.GetByteArrayAsync("/api/v1/journal/export"))).Keys);
        var key = Path.Combine(first.Home.Path, "keys", "journal-1.pem");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        await first.App.StopAsync();

        using var home = new TestKit.TestFolder();
        Directory.CreateDirectory(home["keys"]);
        File.Copy(key, Path.Combine(home["keys"], "journal-1.pem"));
        await using var second = await TestServer.StartAsync(new TestServerSetup
        {
            ConnectionString = first.ConnectionString, Home = home, Settings = { ["Takt:Journal:KeyLifetime"] = "00:00:00" },
        });
        await second.AppendAsync("test.happened", "{}");
        var report = ExportVerifier.Verify(new MemoryStream(await second.Client.GetByteArrayAsync("/api/v1/journal/export")));
        Assert.True(report.IsWhole, report.Summary);
        Assert.Equal(2, report.Keys.Count);
        var trusted = ExportVerifier.Verify(new MemoryStream(await second.Client.GetByteArrayAsync("/api/v1/journal/export")), new VerifyOptions { TrustedKeys = [report.Keys[0]] });
        Assert.True(trusted.IsWhole, trusted.Summary);
        var stranger = ExportVerifier.Verify(new MemoryStream(await second.Client.GetByteArrayAsync("/api/v1/journal/export")), new VerifyOptions { TrustedKeys = [report.Keys[1]] });
        Assert.False(stranger.IsWhole);
    }

    private static async Task<byte[]> ExportAsync(int facts, bool other = false)
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < facts; i++)
        {
            var id = await server.AppendAsync(Facts.Any("test.happened", $$"""{"n":{{i}},"text":"Zürich \"<b>\" 日本"}""", new LineageEdge(new Subject("blob", "x"), new Subject("thing", "a"), "made-of")));
            if (other && i % 3 == 0) await server.AppendAsync(Facts.Any("test.happened") with { Project = new ProjectId(Guid.CreateVersion7()) });
            if (i % 4 == 0) await server.Get<IJournal>().SequencedAsync(id, default);
        }
        return await server.Client.GetByteArrayAsync("/api/v1/projects/default/journal/export");
    }

    private static async Task<JsonElement> ReportAsync(TestServer server)
    {
        var answer = await server.Client.PostAsync("/api/v1/projects/default/journal/verify", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static VerifyReport Verify(string export) => ExportVerifier.Verify(new MemoryStream(Encoding.UTF8.GetBytes(export)));

    private static string Join(IEnumerable<string> lines) => string.Concat(lines.Select(l => l + "\n"));
}
