using Takt.Artifacts.Folder;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Artifacts.Tests;

public sealed class StoreTests
{
    private const int Chunk = ChunkedDigest.ChunkSize;

    [Fact]
    public async Task What_is_put_comes_back_whole_and_by_ranges()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        foreach (var size in new[] { 0, 1, Chunk - 1, Chunk, Chunk + 1, 3 * Chunk + 17 })
        {
            var bytes = Bytes(size);
            var blob = await store.PutAsync(ProjectId.Default, bytes, default);
            Assert.Equal(new Blob(ChunkedDigest.Of(bytes), size), blob);
            Assert.Equal(bytes, await store.ReadAsync(ProjectId.Default, blob.Digest, int.MaxValue, default));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(await store.LocalPathAsync(ProjectId.Default, blob.Digest, default)));
            await using var stream = await store.OpenAsync(ProjectId.Default, blob.Digest, default);
            stream.Position = size / 2;
            var half = new byte[size - size / 2];
            await stream.ReadExactlyAsync(half);
            Assert.Equal(bytes[(size / 2)..], half);
        }
    }

    [Fact]
    public async Task The_same_bytes_lie_once_on_disk_and_each_project_sees_its_own()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        var other = new ProjectId(Guid.CreateVersion7());
        var digest = (await store.PutAsync(ProjectId.Default, Bytes(5000), default)).Digest;
        Assert.Null(await store.FindAsync(other, digest, default));
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.OpenAsync(other, digest, default));
        await Assert.ThrowsAsync<FileNotFoundException>(() => store.LocalPathAsync(other, digest, default));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => store.PutAsync(i % 2 == 0 ? other : ProjectId.Default, Bytes(5000), default)));
        Assert.NotNull(await store.FindAsync(other, digest, default));
        Assert.Single(Files(store));
    }

    [Theory]
    [InlineData(100), InlineData(3 * Chunk + 5)]
    public async Task Damage_on_disk_is_never_handed_out_and_putting_again_mends_it(int size)
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        var bytes = Bytes(size);
        var digest = (await store.PutAsync(ProjectId.Default, bytes, default)).Digest;
        var path = Files(store).Single(f => !f.EndsWith(".chunks", StringComparison.Ordinal));
        foreach (var harm in new Action<FileStream>[]
        {
            f => Flip(f, size - 1), f => Flip(f, 0), f => f.SetLength(size - 1), f => f.SetLength(size + 1), f => f.SetLength(0),
        })
        {
            Write(path, harm);
            await Assert.ThrowsAsync<ArtifactDamagedException>(() => store.ReadAsync(ProjectId.Default, digest, int.MaxValue, default));
            await Assert.ThrowsAsync<ArtifactDamagedException>(() => store.LocalPathAsync(ProjectId.Default, digest, default));
            await store.PutAsync(ProjectId.Default, bytes, default);
            Assert.Equal(bytes, await store.ReadAsync(ProjectId.Default, digest, int.MaxValue, default));
            await store.LocalPathAsync(ProjectId.Default, digest, default);
        }
        File.Delete(path);
        await Assert.ThrowsAsync<ArtifactDamagedException>(() => store.OpenAsync(ProjectId.Default, digest, default));
    }

    [Fact]
    public async Task A_damaged_chunk_does_not_hide_the_others()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        var bytes = Bytes(3 * Chunk);
        var digest = (await store.PutAsync(ProjectId.Default, bytes, default)).Digest;
        Write(Files(store).Single(f => !f.EndsWith(".chunks", StringComparison.Ordinal)), f => Flip(f, Chunk + 7));
        await using var stream = await store.OpenAsync(ProjectId.Default, digest, default);
        var chunk = new byte[Chunk];
        await stream.ReadExactlyAsync(chunk);
        Assert.Equal(bytes[..Chunk], chunk);
        var damaged = await Assert.ThrowsAsync<ArtifactDamagedException>(async () => await stream.ReadExactlyAsync(chunk));
        Assert.Equal(1, damaged.Chunk);
        stream.Position = 2 * Chunk;
        await stream.ReadExactlyAsync(chunk);
        Assert.Equal(bytes[(2 * Chunk)..], chunk);
    }

    [Fact]
    public async Task A_lost_or_damaged_chunk_list_is_made_again_from_a_whole_blob()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        var bytes = Bytes(2 * Chunk + 1);
        var digest = (await store.PutAsync(ProjectId.Default, bytes, default)).Digest;
        var list = Files(store).Single(f => f.EndsWith(".chunks", StringComparison.Ordinal));
        File.Delete(list);
        Assert.Equal(bytes, await store.ReadAsync(ProjectId.Default, digest, int.MaxValue, default));
        Write(list, f => Flip(f, 40));
        Assert.Equal(bytes, await store.ReadAsync(ProjectId.Default, digest, int.MaxValue, default));
        Assert.Equal(3 * Digest.Size, new FileInfo(list).Length);
    }

    [Fact]
    public async Task What_breaks_off_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        await Assert.ThrowsAsync<IOException>(() => store.PutAsync(ProjectId.Default, new Breaking(2 * Chunk, new IOException("gone")), default));
        var full = await Assert.ThrowsAsync<RefusedException>(() => store.PutAsync(ProjectId.Default, new Breaking(2 * Chunk, new DiskFullException()), default));
        Assert.Equal((507, "artifact-store-full"), (full.Problem.Status, full.Problem.Type));
        Assert.Empty(Files(store));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(store.LocalFolder, "incoming")));
    }

    [Fact]
    public async Task A_start_sweeps_what_a_crash_left_and_spares_what_is_being_written()
    {
        using var folder = new TestKit.TestFolder();
        var blobs = new BlobFolder(folder["artifacts"]);
        await File.WriteAllTextAsync(Path.Combine(blobs.Incoming, "left"), "half");
        await using var writing = new FileStream(Path.Combine(blobs.Incoming, "busy"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None });
        Assert.Equal(1, blobs.Sweep());
        Assert.Equal(["busy"], Directory.EnumerateFiles(blobs.Incoming).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_project_keeps_no_more_than_its_quota_and_no_blob_is_larger_than_the_limit()
    {
        await using var server = await TestServer.StartAsync(new TestServerSetup { Settings = new() { ["Takt:Artifacts:ProjectQuota"] = "3000", ["Takt:Artifacts:LargestBlob"] = "2000" } });
        var store = server.Get<IArtifactStore>();
        await Assert.ThrowsAsync<RefusedException>(() => store.PutAsync(ProjectId.Default, Bytes(2001), default));
        await store.PutAsync(ProjectId.Default, Bytes(2000), default);
        await Assert.ThrowsAsync<RefusedException>(() => store.PutAsync(ProjectId.Default, Bytes(1999), default));
        await store.PutAsync(ProjectId.Default, Bytes(1000), default);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => store.PutAsync(ProjectId.Default, Bytes(1), default));
        Assert.Equal(507, refused.Problem.Status);
    }

    internal static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    internal static string[] Files(IArtifactStore store) =>
        [.. Directory.EnumerateFiles(store.LocalFolder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("incoming", StringComparison.Ordinal))];

    internal static void Write(string path, Action<FileStream> harm)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        harm(file);
    }

    internal static void Flip(FileStream file, long at)
    {
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }

    private sealed class DiskFullException : IOException
    {
        public DiskFullException() : base("no space") => HResult = 28;
    }

    /// <summary>Gives so many bytes, then fails.</summary>
    private sealed class Breaking(int after, Exception with) : MemoryStream(new byte[after])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(destination, cancellationToken) is > 0 and var read ? read : throw with;
    }
}
