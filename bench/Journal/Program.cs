// What the journal costs: facts appended and sequenced, beside rows inserted into a plain table, and how long one waits for a proof.
// Run: dotnet run -c Release --project bench/Journal [seconds]
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.Supervisor;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var folder = Directory.CreateTempSubdirectory("takt-bench-journal-").FullName;
if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
// Not a throwaway cluster: those do not flush to disk, which is most of what is measured here.
await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { Folder = Path.Combine(folder, "pg") }, TimeProvider.System, CancellationToken.None);
await using var database = await Connections.OpenAsync(postgres.ConnectionString, [new JournalModule()], TimeProvider.System, CancellationToken.None);
await database.Owner.Command("CREATE TABLE plain (id uuid PRIMARY KEY, kind text NOT NULL, payload text NOT NULL, at timestamptz NOT NULL)").RunAsync(default);
await database.Owner.Command("GRANT INSERT ON plain TO takt_app").RunAsync(default);

var services = new ServiceCollection().AddLogging().AddSingleton(database).AddSingleton(TimeProvider.System).AddSingleton(new TaktHome(folder));
new JournalModule().AddServices(services, new ConfigurationBuilder().Build());
await using var provider = services.BuildServiceProvider();
foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
var journal = provider.GetRequiredService<IJournal>();
var fact = new Fact(ProjectId.Default, ActorId.System, "bench.happened", 1, new Subject("thing", "a"), """{"metric":"log-loss","value":0.4871,"rows":120000}""", [new LineageEdge(new Subject("run", "r"), new Subject("thing", "a"), "made-by")]);

Task Plain() => database.InTransactionAsync((t, c) => t.Command("INSERT INTO plain VALUES ($1, $2, $3, $4)", Guid.CreateVersion7(), fact.Kind, fact.Payload, TimeProvider.System.GetUtcMicroseconds()).RunAsync(c), default);
Task<FactId> Append() => database.InTransactionAsync((t, c) => journal.AppendAsync(t, fact, c), default);
async Task Decide() => await journal.SequencedAsync(await Append(), default);

await RunAsync(8, 1, Append); // warm up

Console.WriteLine("| writers | rows/s, plain INSERT | facts/s, appended | sequenced in the same time | facts/s, each with its proof |");
Console.WriteLine("|---|---|---|---|---|");
foreach (var writers in new[] { 1, 16 })
{
    var (plain, _) = await RunAsync(writers, seconds, Plain);
    var before = await journal.LastPositionAsync(default);
    var (appended, _) = await RunAsync(writers, seconds, Append);
    var sequenced = (await journal.LastPositionAsync(default) - before) / (double)seconds;
    await Decide();
    var (decided, _) = await RunAsync(writers, seconds, Decide);
    Console.WriteLine($"| {writers} | {plain:N0} | {appended:N0} | {sequenced:N0}/s | {decided:N0} |");
}

var clock = new Stopwatch();
var waits = new List<double>();
for (var i = 0; i < 300; i++)
{
    var id = await Append();
    clock.Restart();
    await journal.SequencedAsync(id, default);
    waits.Add(clock.Elapsed.TotalMilliseconds);
}
waits.Sort();
Console.WriteLine($"\ncommitted -> proof in hand, idle journal: p50 {waits[150]:N1} ms, p99 {waits[296]:N1} ms");

var size = await journal.LastPositionAsync(default) + 1;
foreach (var hosted in provider.GetServices<IHostedService>().Reverse()) await hosted.StopAsync(default);
Console.WriteLine($"journal: {size:N0} facts, {await database.Owner.Command("SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'journal' AND c.relkind = 'r'").ScalarAsync<long>(default) / (double)size:N0} bytes each with tree, edges and indexes");
await database.DisposeAsync();
await postgres.StopAsync(default);
Directory.Delete(folder, recursive: true);

static async Task<(double PerSecond, long Count)> RunAsync(int workers, int seconds, Func<Task> work)
{
    var count = 0L;
    var clock = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
    {
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            await work();
            Interlocked.Increment(ref count);
        }
    })));
    return (count / clock.Elapsed.TotalSeconds, count);
}
