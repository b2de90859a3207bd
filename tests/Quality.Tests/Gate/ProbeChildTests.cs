using System.Text.Json;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Native.OnnxRuntime.Tests;
using Takt.TestKit;

namespace Takt.Quality.Tests;

public sealed class ProbeChildTests : IDisposable
{
    private readonly BlobsInMemory blobs = new();

    [Fact]
    public async Task A_child_that_does_not_come_back_is_killed_at_the_deadline()
    {
        var report = await ProbeAsync("exec sleep 600", TimeSpan.FromMilliseconds(300));
        Assert.Contains("took longer", report.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_dies_refuses_the_model_and_tells_its_last_words()
    {
        var report = await ProbeAsync("echo 'std::bad_alloc' >&2; kill -9 $$", TimeSpan.FromSeconds(60));
        Assert.Contains("exit code 137", report.Refusal, StringComparison.Ordinal);
        Assert.Contains("std::bad_alloc", report.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_childs_report_is_read_back_whole()
    {
        var expected = Probe.Look(TinyModels.Affine(), """[{"inputs": {"x": [1, 2, 3]}, "expected": {"y": [2, 5, 8]}}]""");
        var file = Path.Combine(blobs.LocalFolder, "report.json");
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(expected, TaktJson.Options), GateLab.Stop);

        Assert.Equivalent(expected, await ProbeAsync($"cp {file} $5", TimeSpan.FromSeconds(60)));
        Assert.Equal(1000, expected.Latency!.Runs);
        Assert.InRange(expected.Latency.P50, 0.1, expected.Latency.P99);
    }

    [Fact]
    public async Task A_model_that_never_ends_is_given_up_at_the_deadline()
    {
        var blob = await blobs.PutAsync(ProjectId.Default, TinyModels.Loop(5_000_000), GateLab.Stop);
        var report = await new ProbeChild(blobs) { Program = null, Deadline = TimeSpan.FromMilliseconds(200) }
            .ProbeAsync(ProjectId.Default, blob.Digest, """[{"inputs": {"x": 1}, "expected": {"y": 1}}]""", GateLab.Stop);
        Assert.Contains("took longer", report.Refusal, StringComparison.Ordinal);
    }

    public void Dispose() => blobs.Dispose();

    /// <summary>The program is a script: $1 is the verb, $3 the model, $5 the report.</summary>
    private async Task<ProbeReport> ProbeAsync(string script, TimeSpan deadline)
    {
        var program = Path.Combine(blobs.LocalFolder, "program");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", GateLab.Stop);
        if (OperatingSystem.IsWindows()) throw Missing.Infrastructure("The stand-in program is a shell script.");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var blob = await blobs.PutAsync(ProjectId.Default, TinyModels.Affine(), GateLab.Stop);
        return await new ProbeChild(blobs) { Program = [program], Deadline = deadline }.ProbeAsync(ProjectId.Default, blob.Digest, null, GateLab.Stop);
    }
}
