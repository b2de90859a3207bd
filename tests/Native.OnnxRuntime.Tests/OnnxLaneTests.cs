namespace Takt.Native.OnnxRuntime.Tests;

public sealed class OnnxLaneTests
{
    [Fact]
    public void A_run_computes_its_rows()
    {
        using var model = OnnxModel.Load(TinyModels.Affine(2));
        using var lane = model.CreateLane(rows: 2);
        float[] rows = [1, 2, 3, 4, 5, 6];
        rows.CopyTo(lane.Input(0).Span<float>());
        lane.Run();
        Assert.Equal([2, 5, 8, 8, 11, 14], lane.Output("y").Span<float>().ToArray());
        Assert.Equal([2L, 3L], lane.Output(0).Shape.ToArray());
    }

    [Fact]
    public void The_number_of_rows_may_change_between_runs()
    {
        using var model = OnnxModel.Load(TinyModels.Affine(1));
        using var lane = model.CreateLane(rows: 1);
        foreach (var rows in (int[])[1, 64, 7, 7, 1])
        {
            lane.SetRows(rows);
            lane.Input(0).Span<float>().Fill(10);
            lane.Run();
            Assert.Equal(rows * 3, lane.Output(0).Count);
            Assert.All(lane.Output(0).Span<float>().ToArray().Chunk(3), row => Assert.Equal([10, 11, 12], row));
        }
    }

    [Fact]
    public void Each_type_goes_in_and_out_unchanged()
    {
        RoundTrip<float>(OnnxElement.Float, [1.5f, float.NaN]);
        RoundTrip<double>(OnnxElement.Double, [1.5, double.MaxValue]);
        RoundTrip<long>(OnnxElement.Int64, [long.MinValue, 7]);
        RoundTrip<int>(OnnxElement.Int32, [int.MinValue, 7]);
        RoundTrip<bool>(OnnxElement.Bool, [true, false]);

        static void RoundTrip<T>(OnnxElement element, T[] values) where T : unmanaged
        {
            using var model = OnnxModel.Load(TinyModels.Identity(element));
            using var lane = model.CreateLane(1);
            values.CopyTo(lane.Input(0).Span<T>());
            lane.Run();
            Assert.Equal(values, lane.Output(0).Span<T>().ToArray());
        }
    }

    [Fact]
    public void Texts_go_in_and_out_unchanged()
    {
        using var model = OnnxModel.Load(TinyModels.Identity(OnnxElement.String));
        using var lane = model.CreateLane(2);
        for (var i = 0; i < 3; i++)
        {
            string[] texts = ["ATL", "", "Zürich ✈", new string('x', 1000 * (i + 1))];
            lane.Input(0).SetStrings(texts);
            lane.Run();
            Assert.Equal(texts, lane.Output(0).GetStrings());
        }
        Assert.Throws<OnnxException>(() => lane.Input(0).SetStrings(["too few"]));
        Assert.Throws<OnnxException>(() => lane.Input(0).SetStrings(["a\0b", "", "", ""]));
    }

    [Fact]
    public void A_span_of_the_wrong_type_is_refused()
    {
        using var model = OnnxModel.Load(TinyModels.Affine());
        using var lane = model.CreateLane(1);
        var refusal = Assert.Throws<OnnxException>(() => lane.Input(0).Span<double>().Length);
        Assert.Contains("'x' holds Float", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_unknown_length_is_made_by_the_engine()
    {
        using var model = OnnxModel.Load(TinyModels.Positions());
        using var lane = model.CreateLane(4);
        float[][] cases = [[1, -1, 1, 1], [-1, -1, -1, 5], [0, 0, 0, 0]];
        long[][] expected = [[0, 2, 3], [3], []];
        for (var i = 0; i < cases.Length; i++)
        {
            cases[i].CopyTo(lane.Input(0).Span<float>());
            lane.Run();
            Assert.Equal(expected[i], lane.Output(0).Span<long>().ToArray());
        }
    }

    [Fact]
    public void A_run_allocates_no_managed_memory()
    {
        using var model = OnnxModel.Load(TinyModels.Affine());
        using var lane = model.CreateLane(8);
        for (var i = 0; i < 100; i++) lane.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            lane.Input(0).Span<float>()[0] = i;
            lane.Run();
            _ = lane.Output(0).Span<float>()[0];
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Lanes_of_one_model_run_side_by_side()
    {
        using var model = OnnxModel.Load(TinyModels.Affine(3));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() =>
        {
            using var lane = model.CreateLane(1);
            for (var i = 0; i < 2000; i++)
            {
                lane.Input(0).Span<float>()[0] = number * 10_000 + i;
                lane.Run();
                Assert.Equal((number * 10_000 + i) * 3f, lane.Output(0).Span<float>()[0]);
            }
        })));
    }

    [Fact]
    public void A_lane_goes_on_after_its_model_was_disposed()
    {
        var model = OnnxModel.Load(TinyModels.Affine());
        using var lane = model.CreateLane(1);
        model.Dispose();
        lane.Run();
        Assert.Throws<ObjectDisposedException>(() => model.CreateLane(1));
    }

    [Fact]
    public void A_model_that_never_ends_is_stopped_and_the_lane_lives_on()
    {
        using var model = OnnxModel.Load(TinyModels.Loop(long.MaxValue));
        using var lane = model.CreateLane(1);
        for (var i = 0; i < 2; i++)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            Assert.Throws<OperationCanceledException>(() => lane.Run(deadline.Token));
        }
    }

    [Fact]
    public void Terminating_a_run_that_is_over_stops_no_later_one()
    {
        using var model = OnnxModel.Load(TinyModels.Loop(5));
        using var lane = model.CreateLane(1);
        var run = lane.NextRun;
        lane.Run();
        lane.Terminate(run);
        lane.Run();
        Assert.Equal(5, lane.Output(0).Span<float>()[0]);
        lane.Terminate(lane.NextRun);
        Assert.True(Assert.Throws<OnnxException>(lane.Run).WasTerminated);
        lane.Run();
    }
}
