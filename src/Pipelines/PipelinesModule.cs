using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Cache;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Reproducing;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Steps;
using Takt.Pipelines.Triggers;

namespace Takt.Pipelines;

/// <summary>Steps, runs, cache, executor, and the triggers that read the journal.</summary>
public sealed class PipelinesModule : IModule
{
    public string Name => "pipelines";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<SpecStore>().AddSingleton<IDefinitionPart, PipelinePart>().AddSingleton<IDefinitionPart, TriggerPart>();
        services.AddSingleton<RunStore>().AddSingleton<RunTransitions>().AddSingleton<RunQueue>().AddSingleton<RunWorker>().AddSingleton<LiveSteps>().AddSingleton<ReadLog>();
        services.AddSingleton<StartRun>().AddSingleton<IPipelines>(p => p.GetRequiredService<StartRun>()).AddSingleton<CancelRun>().AddSingleton<ReproduceVersion>();
        services.AddSingleton<Sandbox>().AddSingleton<ProcessStarter>().AddSingleton<StepProcess>().AddSingleton<StepFolder>();
        services.AddSingleton<StepCache>().AddSingleton<HostFacts>().AddSingleton<RecipeBook>();
        services.AddSingleton<TaktChild>().AddSingleton<TrackedResults>().AddSingleton<Champion>();
        services.AddSingleton<IStep, TrainModel>().AddSingleton<IStep, EvaluateModels>().AddSingleton<IStep, AskGate>().AddSingleton<IStep, RegisterVersion>().AddSingleton<IStep, DeployVersion>()
            .AddSingleton<IStep, RunCommand>().AddSingleton<IStep, CompareResults>();
        services.AddSingleton<FiringStore>().AddSingleton<IFactSubscriber, FactTriggers>().AddSingleton<IFactSubscriber, WakeRuns>().AddSingleton<IFactSubscriber, ReopenRuns>();
        services.AddHostedService<RunLoop>().AddHostedService<ScheduleLoop>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => PipelineRunEndpoints.Map(routes);
}
