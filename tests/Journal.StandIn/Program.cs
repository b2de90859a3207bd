// Appends facts from eight writers, and says of each, once it holds its proof: "ID POSITION". Until it is killed.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

await using var database = await Connections.OpenAsync(args[0], [], TimeProvider.System, CancellationToken.None);
var services = new ServiceCollection().AddLogging().AddSingleton(database).AddSingleton(TimeProvider.System).AddSingleton(new TaktHome(args[1]));
new JournalModule().AddServices(services, new ConfigurationBuilder().Build());
await using var provider = services.BuildServiceProvider();
foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
var journal = provider.GetRequiredService<IJournal>();
var fact = new Fact(ProjectId.Default, ActorId.System, "test.happened", 1, new Subject("thing", "a"), "{}", [new LineageEdge(new Subject("run", "r"), new Subject("thing", "a"), "made-by")]);
await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
{
    while (true)
    {
        var id = await database.InTransactionAsync((transaction, token) => journal.AppendAsync(transaction, fact, token), default);
        var receipt = await journal.SequencedAsync(id, default);
        Console.WriteLine($"{id} {receipt.Position}");
    }
})));
