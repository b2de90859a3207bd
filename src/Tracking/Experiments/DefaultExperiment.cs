using Microsoft.Extensions.Hosting;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>Makes experiment 0, <c>Default</c>, at the first start: MLflow's clients log there when nobody named an experiment.</summary>
internal sealed class DefaultExperiment(ExperimentStore experiments) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        experiments.CreateAsync(Caller.System(ProjectId.Default), 0, "Default", null, KeyValues.None, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
