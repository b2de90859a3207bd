using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Journal.Checkpoints;
using Takt.Journal.Endpoints;
using Takt.Journal.Export;
using Takt.Journal.Lineage;
using Takt.Journal.Sequencing;
using Takt.Journal.Subscriptions;
using Takt.Kernel;

namespace Takt.Journal;

/// <summary>Facts, their Merkle tree, and what reads them.</summary>
public sealed class JournalModule : IModule
{
    public string Name => "journal";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetSection("Takt:Journal").Get<JournalOptions>() ?? new JournalOptions());
        services.AddSingleton<JournalHead>();
        services.AddSingleton<Bell>();
        services.AddSingleton<Leadership>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<Journal>();
        services.AddSingleton<IJournal>(provider => provider.GetRequiredService<Journal>());
        services.AddSingleton<ExportJournal>();
        services.AddSingleton<VerifyJournal>();
        services.AddSingleton<ReadLineage>();
        services.AddHostedService<Listener>();
        services.AddHostedService<Sequencer>();
        services.AddHostedService<SubscriptionRunner>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => JournalEndpoints.Map(routes);
}
