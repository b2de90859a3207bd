using System.Text;
using Takt.Journal.Facts;
using Takt.Journal.Tree;
using Takt.Kernel;

namespace Takt.Journal.Tests;

public sealed class TreeTests
{
    /// <summary>RFC 6962's published test leaves, hashed as entries.</summary>
    private static readonly string[] entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Roots_are_those_of_the_certificate_transparency_test_vectors()
    {
        var tree = new Frontier();
        for (var i = 0; i < entries.Length; i++)
        {
            tree.Append(ChunkedDigest.Chunk(Convert.FromHexString(entries[i])));
            Assert.Equal(roots[i], tree.Root().ToString());
        }
    }

    [Fact]
    public void Every_leaf_of_every_tree_up_to_70_is_proven_and_nothing_else_is()
    {
        var nodes = new Dictionary<NodePlace, Digest>();
        var leaves = new List<Digest>();
        var tree = new Frontier();
        for (var size = 1; size <= 70; size++)
        {
            var leaf = ChunkedDigest.Chunk(Encoding.ASCII.GetBytes($"leaf {size}"));
            nodes[new NodePlace(0, size - 1)] = leaf;
            leaves.Add(leaf);
            tree.Append(leaf, (place, hash) => nodes[place] = hash);
            Assert.Equal(ChunkedDigest.Root(leaves.ToArray()), tree.Root());
            Assert.Equal(tree.Root(), new Frontier(size, place => nodes[place]).Root());
            for (var position = 0; position < size; position++)
            {
                var path = InclusionPath.Of(position, size, place => nodes[place]);
                Assert.Equal(tree.Root(), InclusionPath.Root(leaves[position], position, size, path));
                Assert.NotEqual(tree.Root(), InclusionPath.Root(leaf, (position + 1) % (size + 1), size, path.Append(leaf).ToList()));
                if (size > 1) Assert.NotEqual(tree.Root(), InclusionPath.Root(leaves[(position + 1) % size], position, size, path));
            }
        }
    }

    [Fact]
    public void Each_field_of_a_fact_is_in_its_leaf_and_none_can_flow_into_the_next()
    {
        var id = new FactId(Guid.CreateVersion7());
        var at = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var fact = Facts.Any("a.b", """{"x":1}""", new LineageEdge(new Subject("a", "b"), new Subject("c", "d"), "from"));
        var leaves = new[]
        {
            FactLeaf.Of(id, at, fact), FactLeaf.Of(new FactId(Guid.CreateVersion7()), at, fact), FactLeaf.Of(id, at.AddMicroseconds(1), fact),
            FactLeaf.Of(id, at, fact with { Project = new ProjectId(Guid.CreateVersion7()) }), FactLeaf.Of(id, at, fact with { Actor = new ActorId(Guid.CreateVersion7()) }),
            FactLeaf.Of(id, at, fact with { Kind = "a.b.c" }), FactLeaf.Of(id, at, fact with { Version = 2 }), FactLeaf.Of(id, at, fact with { Subject = new Subject("thing", "b") }),
            FactLeaf.Of(id, at, fact with { Payload = """{"x":2}""" }), FactLeaf.Of(id, at, fact with { Edges = [] }),
            FactLeaf.Of(id, at, fact with { Edges = [fact.Edges[0] with { Relation = "to" }] }),
            FactLeaf.Of(id, at, fact with { Kind = "a.b" + "thing", Subject = new Subject("a", "") }),
        };
        Assert.Equal(leaves.Length, leaves.Distinct().Count());
    }

    [Theory]
    [InlineData("Kind", "{}"), InlineData("kind", "{}"), InlineData("a.b", "[]"), InlineData("a.b", "{"), InlineData("a.b", "{}{}"), InlineData("a.b", ""), InlineData("a.b ", "{}")]
    public void A_fact_that_could_not_be_kept_is_refused_before_it_is(string kind, string payload) =>
        Assert.Throws<ArgumentException>(() => FactRules.Check(Facts.Any(kind, payload)));

    [Fact]
    public void Text_that_is_no_Unicode_is_refused_since_PostgreSQL_would_keep_other_bytes() =>
        Assert.Throws<ArgumentException>(() => FactRules.Check(Facts.Any("a.b", "{\"x\":\"\ud800\"}")));
}
