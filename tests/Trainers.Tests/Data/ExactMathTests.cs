using System.Runtime.Intrinsics;

namespace Takt.Trainers.Tests.Data;

public sealed class ExactMathTests
{
    [Fact]
    public void Exp_and_log_are_right_to_the_last_digits()
    {
        var random = new Random(9);
        for (var i = 0; i < 20_000; i++)
        {
            var x = (random.NextDouble() - 0.5) * 100;
            Assert.Equal(1, ExactMath.Exp(x) / Math.Exp(x), 2e-15);
            var y = Math.Exp(x);
            Assert.Equal(Math.Log(y), ExactMath.Log(y), 1e-15 * (1 + Math.Abs(x)));
        }
        Assert.Equal(0.5, ExactMath.Sigmoid(0));
        Assert.Equal(1, ExactMath.Exp(0));
        Assert.Equal(0, ExactMath.Log(1));
        Assert.InRange(ExactMath.Sigmoid(-1e6), 0, 1e-300);
        Assert.Equal(1, ExactMath.Sigmoid(1e6));
    }

    [Fact]
    public void Every_lane_computes_alone()
    {
        var four = ExactMath.Sigmoid(Vector256.Create(-3.0, 0.1, 2.5, 700));
        Assert.Equal([ExactMath.Sigmoid(-3), ExactMath.Sigmoid(0.1), ExactMath.Sigmoid(2.5), ExactMath.Sigmoid(700)], [four[0], four[1], four[2], four[3]]);
    }
}
