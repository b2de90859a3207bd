using System.Globalization;
using System.Text;
using Takt.Journal.Tree;
using Takt.Kernel;

namespace Takt.Journal.Checkpoints;

/// <summary>What was signed of the tree: how large it was, its root, when, by which key.</summary>
internal sealed record Checkpoint(Guid Journal, long Size, Digest Root, DateTimeOffset At, string Key)
{
    /// <summary>The signed bytes. A journal's id stands in them, so that no other journal's checkpoint fits.</summary>
    public byte[] Text() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"takt journal checkpoint v1\n{Journal:N}\n{Size}\n{Root}\n{UnixMicroseconds.Of(At)}\n{Key}\n"));
}

/// <param name="Signature">ECDSA P-256 over SHA-256, r and s (64 bytes).</param>
internal sealed record SignedCheckpoint(Checkpoint Checkpoint, byte[] Signature);
