using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Takt.TestHost;

namespace Takt.Journal.Tests;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task A_subscriber_gets_its_kinds_in_order_and_a_failed_fact_again()
    {
        var subscriber = new Recorder("test.reader", "test.*", "exact.kind") { FailAt = 3 };
        await using var server = await TestServer.StartAsync(new TestServerSetup { Services = services => services.AddSingleton<IFactSubscriber>(subscriber) });
        for (var i = 0; i < 6; i++)
        {
            await server.AppendAsync("test.happened", $$"""{"n":{{i}}}""");
            await server.AppendAsync("other.happened", "{}");
        }
        await server.AppendAsync("exact.kind", """{"n":6}""");
        await subscriber.SawAsync(8);
        var seen = subscriber.Seen.Select(f => f.Fact.Payload).ToList();
        Assert.Equal(Enumerable.Range(0, 7).SelectMany(n => Enumerable.Repeat($$"""{"n":{{n}}}""", n == 3 ? 2 : 1)), seen);
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_was()
    {
        var before = new Recorder("test.reader", "test.*");
        await using var first = await TestServer.StartAsync(new TestServerSetup { Services = services => services.AddSingleton<IFactSubscriber>(before) });
        for (var i = 0; i < 3; i++) await first.AppendAsync("test.happened", $$"""{"n":{{i}}}""");
        await before.SawAsync(3);
        await first.App.StopAsync();

        var after = new Recorder("test.reader", "test.*");
        await using var second = await TestServer.StartAsync(new TestServerSetup { ConnectionString = first.ConnectionString, Services = services => services.AddSingleton<IFactSubscriber>(after) });
        await second.AppendAsync("test.happened", """{"n":3}""");
        await after.SawAsync(1);
        // At least once: the last of the first run may come again, never an earlier one.
        Assert.Contains(after.Seen.First().Fact.Payload, new[] { """{"n":2}""", """{"n":3}""" });
    }

    private sealed class Recorder(string name, params string[] kinds) : IFactSubscriber
    {
        private readonly SemaphoreSlim came = new(0);
        private bool failed;

        public ConcurrentQueue<SequencedFact> Seen { get; } = [];

        public int FailAt { get; init; } = -1;

        public string Name => name;

        public IReadOnlyList<string> Kinds => kinds;

        public Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken)
        {
            Seen.Enqueue(fact);
            came.Release();
            if (fact.Fact.Payload != $$"""{"n":{{FailAt}}}""" || failed) return Task.CompletedTask;
            failed = true;
            throw new InvalidOperationException("once");
        }

        public async Task SawAsync(int count)
        {
            for (var i = 0; i < count; i++) Assert.True(await came.WaitAsync(TimeSpan.FromSeconds(30)), $"only {i} of {count} facts came");
        }
    }
}
