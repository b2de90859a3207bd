using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Takt.Trainers;

/// <summary>
/// Exp and log from nothing but additions, multiplications and divisions, each rounded as IEEE 754 says: the same bits on every machine, which the
/// C library's functions do not promise. A trained model depends on them.
/// </summary>
internal static class ExactMath
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.693147180369123816490; // its low bits are 0, so that n * Ln2High is exact
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Shifter = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to a whole number in the low bits

    /// <summary>1 / (1 + e^-x), four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Sigmoid(Vector256<double> x)
    {
        var one = Vector256.Create(1.0);
        return one / (one + Exp(-x));
    }

    public static double Sigmoid(double x) => Sigmoid(Vector256.Create(x)).ToScalar();

    public static double Exp(double x) => Exp(Vector256.Create(x)).ToScalar();

    /// <summary>e^x for |x| up to 700 (beyond: as for 700), to the last bit or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-700.0)), Vector256.Create(700.0));
        var shifted = x * Log2E + Vector256.Create(Shifter);
        var n = shifted - Vector256.Create(Shifter);
        var r = x - n * Ln2High - n * Ln2Low;
        // Taylor of e^r for |r| <= ln(2) / 2: the term left out is below 2e-16.
        var p = Vector256.Create(1.0 / 479001600);
        p = p * r + Vector256.Create(1.0 / 39916800);
        p = p * r + Vector256.Create(1.0 / 3628800);
        p = p * r + Vector256.Create(1.0 / 362880);
        p = p * r + Vector256.Create(1.0 / 40320);
        p = p * r + Vector256.Create(1.0 / 5040);
        p = p * r + Vector256.Create(1.0 / 720);
        p = p * r + Vector256.Create(1.0 / 120);
        p = p * r + Vector256.Create(1.0 / 24);
        p = p * r + Vector256.Create(1.0 / 6);
        p = p * r + Vector256.Create(0.5);
        p = p * r + Vector256.Create(1.0);
        p = p * r + Vector256.Create(1.0);
        // 2^n by its bits: n lies in the low bits of the shifted number.
        var power = Vector256.ShiftLeft(shifted.AsInt64() + Vector256.Create(1023L), 52).AsDouble();
        return p * power;
    }

    /// <summary>The natural logarithm of a positive, normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52 & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble(bits & 0x000FFFFFFFFFFFFF | 0x3FF0000000000000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }
        var s = (mantissa - 1) / (mantissa + 1); // |s| <= 0.1716: log m = 2 (s + s^3/3 + s^5/5 ...)
        var square = s * s;
        var sum = 0.0;
        for (var k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
        return exponent * Ln2High + (2 * s * sum + exponent * Ln2Low);
    }
}
