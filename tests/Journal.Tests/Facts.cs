using Takt.Kernel;
using Takt.Records;
using Takt.TestHost;

namespace Takt.Journal.Tests;

internal static class Facts
{
    public static Fact Any(string kind, string payload = "{}", params LineageEdge[] edges) => new(ProjectId.Default, ActorId.System, kind, 1, new Subject("thing", "a"), payload, edges);

    public static Task<FactId> AppendAsync(this TestServer server, string kind, string payload) => server.AppendAsync(Any(kind, payload));

    public static Task<FactId> AppendAsync(this TestServer server, Fact fact) =>
        server.Database.InTransactionAsync((transaction, token) => server.Get<IJournal>().AppendAsync(transaction, fact, token), default);
}
