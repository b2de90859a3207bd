using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Takt.Trainers;

/// <summary>
/// Slope and curvature of each row's log loss as two 32-bit whole numbers in one word, in units of 2^-30. Whole numbers add up to the same sum in any
/// order: that is what makes training independent of the number of threads, at no cost.
/// </summary>
internal static class Gradients
{
    /// <summary>What a unit of the sums is worth.</summary>
    public const double Unit = 1.0 / (1 << 30);

    private const double Scale = 1 << 30;
    private const double Shifter = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to a whole number in the low bits

    /// <param name="scores">Log odds so far.</param>
    /// <param name="into">Curvature in the high half, slope in the low half.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(ReadOnlySpan<float> scores, ReadOnlySpan<byte> labels, Span<long> into)
    {
        var i = 0;
        for (; i + 4 <= scores.Length; i += 4)
        {
            var score = Vector256.WidenLower(Vector128.Create(scores.Slice(i, 4)).ToVector256Unsafe());
            var label = Vector256.Create(labels[i], labels[i + 1], labels[i + 2], (double)labels[i + 3]);
            Pack(score, label).CopyTo(into.Slice(i, 4));
        }
        for (; i < scores.Length; i++) into[i] = Pack(Vector256.Create((double)scores[i]), Vector256.Create((double)labels[i])).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Pack(Vector256<double> score, Vector256<double> label)
    {
        var p = ExactMath.Sigmoid(score);
        var slope = (p - label) * Scale + Vector256.Create(Shifter);
        var curvature = p * (Vector256.Create(1.0) - p) * Scale + Vector256.Create(Shifter);
        return Vector256.BitwiseOr(Vector256.BitwiseAnd(slope.AsInt64(), Vector256.Create(0xFFFFFFFFL)), Vector256.ShiftLeft(curvature.AsInt64(), 32));
    }
}
