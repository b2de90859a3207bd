using System.Diagnostics;
using Takt.Kernel;
using Takt.Records;
using Takt.TestHost;
using Takt.TestKit;

namespace Takt.Journal.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Killed_at_any_moment_the_journal_keeps_what_it_told_without_gap_and_verifies()
    {
        using var home = new TestFolder();
        await using var database = await TestDatabase.CreateAsync(new JournalModule(), new Artifacts.ArtifactsModule(), new Access.AccessModule());
        var random = new Random(20261120);
        var told = new Dictionary<string, long>();
        for (var round = 0; round < 8; round++)
        {
            var wanted = told.Count + random.Next(1, 60);
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, database.ConnectionString, home.Path]) { RedirectStandardOutput = true })!;
            // Facts that were told, and those the pipe still holds: each counts.
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.Split(' ') is not [{ Length: 32 } id, var position] || !line.EndsWith(position, StringComparison.Ordinal)) continue;
                told[id] = long.Parse(position);
                if (told.Count == wanted) process.Kill();
            }
            await process.WaitForExitAsync();
        }
        Assert.True(told.Count > 8, "nothing was told");

        await using var server = await TestServer.StartAsync(new TestServerSetup { ConnectionString = database.ConnectionString, Home = home });
        var report = ExportVerifier.Verify(new MemoryStream(await server.Client.GetByteArrayAsync("/api/v1/journal/export")));
        Assert.True(report.IsWhole, report.Summary);
        var facts = await server.Get<IJournal>().ReadAsync(null, -1, 100_000, [], default);
        Assert.Equal(Enumerable.Range(0, facts.Count).Select(i => (long)i), facts.Select(f => f.Position));
        var places = facts.ToDictionary(f => Id.Text(f.Id), f => f.Position);
        Assert.All(told, t => Assert.Equal(t.Value, places[t.Key]));
        // What was committed and not told is in there too.
        Assert.Equal(0L, await server.Database.App.Command("SELECT count(*) FROM journal.facts f WHERE NOT EXISTS (SELECT FROM journal.sequence s WHERE s.fact = f.id)").ScalarAsync<long>(default));
        Assert.Single(report.Keys);
    }
}
