using System.Diagnostics;
using System.Text.Json;
using Takt.Native.OnnxRuntime.Tests;
using Takt.TestKit;

namespace Takt.Cli.Tests.Verbs;

public sealed class ProbeModelVerbTests
{
    [Fact]
    public async Task A_sound_model_is_measured_within_its_limits()
    {
        var report = await ProbeAsync(TinyModels.Affine(), """[{"inputs": {"x": [1, 2, 3]}, "expected": {"y": [2, 5, 8]}}]""");
        Assert.False(report.TryGetProperty("refusal", out _));
        Assert.Equal(3, report.GetProperty("compared").GetArrayLength());
        Assert.True(report.GetProperty("latency").GetProperty("p50").GetDouble() > 0);
    }

    [Fact]
    public async Task What_is_no_model_is_refused_in_the_engines_words()
    {
        var report = await ProbeAsync("no model"u8.ToArray(), null);
        Assert.NotEmpty(report.GetProperty("refusal").GetString()!);
    }

    /// <summary>In a process of its own: the verb limits its process for good.</summary>
    private static async Task<JsonElement> ProbeAsync(byte[] model, string? golden)
    {
        var stop = TestContext.Current.CancellationToken;
        using var folder = new TestFolder();
        string File(string name) => Path.Combine(folder.Path, name);
        await System.IO.File.WriteAllBytesAsync(File("model.onnx"), model, stop);
        if (golden is not null) await System.IO.File.WriteAllTextAsync(File("golden.json"), golden, stop);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "takt.dll"), "probe-model", "--model", File("model.onnx"), "--out", File("report.json"), .. golden is null ? (string[])[] : ["--golden", File("golden.json")]])
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, errors);
        return JsonDocument.Parse(await System.IO.File.ReadAllBytesAsync(File("report.json"), stop)).RootElement.Clone();
    }
}
