using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Artifacts.Tests;

public sealed class StoreTests
{
    [Fact]
    public async Task What_is_put_comes_back_whole_and_by_ranges()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        foreach (var size in new[] { 0, 1, ChunkedDigest.ChunkSize - 1, ChunkedDigest.ChunkSize, ChunkedDigest.ChunkSize + 1, 3 * ChunkedDigest.ChunkSize + 17 })
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

    internal static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }
}
