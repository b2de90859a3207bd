using Takt.Kernel;

namespace Takt.Artifacts;

/// <summary>What this room refuses, and how it says so.</summary>
internal static class ArtifactProblems
{
    private const int NoSpace = 28;
    private const int QuotaOfDisk = 122;

    public static Problem NotFound(string digest) => Problem.NotFound("artifact-not-found", $"The project has no artifact {digest}.", "Put it first, or check the digest.");

    public static readonly Problem NoDigest = Problem.Invalid("digest-invalid", "That is no digest.", "A digest is 64 hex digits, as POST .../artifacts tells it.");

    public static Problem Damaged(ArtifactDamagedException damaged) => new("artifact-damaged", 500, damaged.Message, "Putting the same bytes again mends it.");

    public static Problem TooLarge(long limit) => new("artifact-too-large", 413, $"An artifact may have {limit} bytes at most.", "Split it, or raise Takt:Artifacts:LargestBlob.");

    public static Problem QuotaReached(long quota) => new("artifact-quota-reached", 507, $"The project may keep {quota} bytes of artifacts and would have more.", "Ask an admin to raise Takt:Artifacts:ProjectQuota.");

    public static readonly Problem DiskFull = new("artifact-store-full", 507, "There is no space left in the artifact store; nothing of the artifact was kept.", "Free some space there and put it again.");

    public static Problem WrongDigest(Digest said, Digest found) => Problem.Unprocessable("artifact-digest-mismatch", $"The bytes have the digest {found}, not {said}; nothing was kept.", "A digest is the root over chunks of 1 MiB (docs/artifacts.md): POST the bytes and Takt tells it.");

    public static bool IsDiskFull(IOException e) => (e.HResult & 0xFFFF) is NoSpace or QuotaOfDisk or 0x70;
}
