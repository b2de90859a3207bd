namespace Takt.Trainers.Tests.Trees;

public sealed class FeatureBinsTests
{
    [Fact]
    public void A_value_lies_left_of_a_cut_exactly_if_it_is_at_most_the_cut()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 50_000).Select(_ => (float)Math.Pow(random.NextDouble(), 3) * 1000)];
        var cuts = FeatureBins.Cuts(values, values.Length, 255);
        Assert.Equal(254, cuts.Length);
        Assert.Equal(cuts.Order(), cuts);
        foreach (var value in values.Concat(cuts).Concat(cuts.Select(MathF.BitIncrement)))
        {
            var bin = FeatureBins.Of(cuts, value);
            Assert.True((bin == 0 || value > cuts[bin - 1]) && (bin == cuts.Length || value <= cuts[bin]));
        }
        var counts = values.GroupBy(v => FeatureBins.Of(cuts, v)).Select(g => g.Count()).ToArray();
        Assert.InRange(counts.Max(), 150, 300);
    }

    [Fact]
    public void Few_values_have_a_bin_each()
    {
        float[] values = [3, 1, 2, 2, 2, 2, 2, 2, 1, 3];
        Assert.Equal([1.5f, 2.5f], FeatureBins.Cuts(values, values.Length, 255));
        Assert.Single(FeatureBins.Cuts(values, values.Length, 2));
        Assert.Empty(FeatureBins.Cuts([7, 7, 7], 3, 255));
    }

    [Fact]
    public void Neighbours_in_float32_are_told_apart()
    {
        float[] values = [1, MathF.BitIncrement(1)];
        Assert.Equal([1f], FeatureBins.Cuts(values, 2, 255));
    }
}
