namespace Takt.Native.OnnxRuntime.Tests;

public sealed class OnnxModelTests
{
    [Fact]
    public void The_engine_is_the_pinned_one() => Assert.Equal("1.27.0", OnnxModel.EngineVersion);

    [Fact]
    public void A_model_tells_its_inputs_outputs_and_metadata()
    {
        using var model = OnnxModel.Load(TinyModels.Affine());
        Assert.Equal("x: float[-1,3]", Assert.Single(model.Inputs).ToString());
        Assert.Equal("y: float[-1,3]", Assert.Single(model.Outputs).ToString());
        Assert.Equal("takt-tests", model.Producer);
        Assert.Equal("a,b,ü", model.Metadata["columns"]);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused_in_the_engines_words()
    {
        var refusal = Assert.Throws<OnnxException>(() => OnnxModel.Load("PAR1 this is no model"u8));
        Assert.Contains("protobuf", refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Throws<OnnxException>(() => OnnxModel.Load([]));
    }

    [Fact]
    public void An_unknown_operator_is_refused_by_name()
    {
        var refusal = Assert.Throws<OnnxException>(() => OnnxModel.Load(TinyModels.WithOperator("OpenADoor")));
        Assert.Contains("OpenADoor", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_another_file_are_refused_even_in_the_working_directory()
    {
        var name = $"takt-engines-{Guid.NewGuid():N}.bin";
        File.WriteAllBytes(name, new byte[4]);
        try
        {
            var refusal = Assert.Throws<OnnxException>(() => OnnxModel.Load(TinyModels.WithWeightsIn(name)));
            Assert.Contains("takt-loads-no-external-data", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public void Loading_leaves_no_trace_of_telemetry_in_the_native_environment()
    {
        _ = OnnxModel.EngineVersion;
        if (OperatingSystem.IsLinux())
        {
            var get = System.Runtime.InteropServices.NativeLibrary.GetExport(System.Runtime.InteropServices.NativeLibrary.GetMainProgramHandle(), "getenv");
            Assert.Equal("1", NativeEnvironment.Read(get, "ORT_DISABLE_TELEMETRY"));
        }
    }
}
