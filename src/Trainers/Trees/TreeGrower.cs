namespace Takt.Trainers;

/// <summary>
/// Grows trees level by level on histograms. Only the smaller child of a pair is read, the other is what remains of its parent. Rows are worked on in
/// chunks by whichever thread is free: sums are of whole numbers, so the tree does not depend on who was.
/// </summary>
internal sealed class TreeGrower(BinnedRows binned, BoostedTreesParams parameters, int threads)
{
    private readonly int[] order = new int[binned.Rows];
    private readonly int[] lefts = new int[binned.Rows];
    private readonly int[] rights = new int[binned.Rows];
    private readonly Stack<long[]> spare = new();
    private readonly List<TreeNode> nodes = [];

    /// <summary>Grows one tree and adds its leaves to the scores.</summary>
    /// <param name="gradients">As <see cref="Gradients"/> packs them.</param>
    public Tree Grow(long[] gradients, float[] scores)
    {
        nodes.Clear();
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var root = new Branch(0, 0, order.Length) { Sums = Take() };
        nodes.Add(default);
        Fill([root], gradients);
        for (var bin = 0; bin < binned.Offsets[1]; bin++)
        {
            root.Slope += root.Sums[2 * bin];
            root.Curvature += root.Sums[2 * bin + 1];
        }
        List<Branch> level = [root];
        for (var depth = 0; depth < parameters.Depth && level.Count > 0; depth++)
        {
            RowChunks.Each(level.Count, threads, i => level[i].Split = Split.Best(level[i].Sums!, binned.Offsets, level[i].Slope, level[i].Curvature, parameters));
            var leaves = level.Where(b => b.Split is null).ToList();
            var split = level.Where(b => b.Split is not null).ToList();
            Finish(leaves, scores);
            if (depth + 1 == parameters.Depth)
            {
                FinishBelow(split, scores);
                break;
            }
            Partition(split);
            level = Children(split, gradients);
        }
        return new Tree([.. nodes]);
    }

    /// <summary>Sums up the rows of each branch.</summary>
    private void Fill(List<Branch> branches, long[] gradients)
    {
        var work = Chunks(branches);
        RowChunks.Each(work.Count, threads, i =>
        {
            var (branch, from, to) = work[i];
            if (branch.Count == to - from)
            {
                Histogram.Add(order.AsSpan(from, to - from), binned, gradients, branch.Sums!);
                return;
            }
            var part = Take();
            Histogram.Add(order.AsSpan(from, to - from), binned, gradients, part);
            lock (branch) Histogram.Add(part, branch.Sums!);
            Give(part);
        });
    }

    /// <summary>Moves each branch's rows so that the left child's come first, both in their order.</summary>
    private void Partition(List<Branch> branches)
    {
        var work = Chunks(branches);
        var counts = new int[work.Count];
        RowChunks.Each(work.Count, threads, i =>
        {
            var (branch, from, to) = work[i];
            var (bins, last) = Question(branch);
            counts[i] = Sides.Part(order.AsSpan(from, to - from), bins, last, lefts.AsSpan(from, to - from), rights.AsSpan(from, to - from));
        });
        // Where each chunk's halves go.
        var starts = new (int Left, int Right)[work.Count];
        for (var i = 0; i < work.Count;)
        {
            var branch = work[i].Branch;
            var end = i;
            while (end < work.Count && work[end].Branch == branch) branch.LeftCount += counts[end++];
            var (left, right) = (branch.Start, branch.Start + branch.LeftCount);
            for (; i < end; i++)
            {
                starts[i] = (left, right);
                left += counts[i];
                right += work[i].To - work[i].From - counts[i];
            }
        }
        RowChunks.Each(work.Count, threads, i =>
        {
            var (_, from, to) = work[i];
            lefts.AsSpan(from, counts[i]).CopyTo(order.AsSpan(starts[i].Left));
            rights.AsSpan(from, to - from - counts[i]).CopyTo(order.AsSpan(starts[i].Right));
        });
    }

    private List<Branch> Children(List<Branch> parents, long[] gradients)
    {
        var children = new List<Branch>(parents.Count * 2);
        var small = new List<Branch>(parents.Count);
        foreach (var parent in parents)
        {
            var (left, right) = Divide(parent);
            children.Add(left);
            children.Add(right);
            var (smaller, larger) = left.Count <= right.Count ? (left, right) : (right, left);
            smaller.Sums = Take();
            larger.Sums = parent.Sums;
            small.Add(smaller);
        }
        Fill(small, gradients);
        for (var i = 0; i < small.Count; i++)
        {
            var other = children[2 * i] == small[i] ? children[2 * i + 1] : children[2 * i];
            Histogram.Subtract(small[i].Sums!, other.Sums!);
        }
        return children;
    }

    /// <summary>Writes the parent's question into the tree and makes its children, side by side.</summary>
    private (Branch Left, Branch Right) Divide(Branch parent)
    {
        var split = parent.Split!.Value;
        var left = new Branch(nodes.Count, parent.Start, parent.LeftCount) { Slope = split.Slope, Curvature = split.Curvature };
        var right = new Branch(nodes.Count + 1, parent.Start + parent.LeftCount, parent.Count - parent.LeftCount) { Slope = parent.Slope - split.Slope, Curvature = parent.Curvature - split.Curvature };
        nodes[parent.Node] = new TreeNode(split.Feature, binned.Cuts[split.Feature][split.Bin - binned.Offsets[split.Feature]], nodes.Count, 0);
        nodes.Add(default);
        nodes.Add(default);
        return (left, right);
    }

    private (byte[] Bins, int Last) Question(Branch branch)
    {
        var split = branch.Split!.Value;
        return (binned.ByFeature[split.Feature], split.Bin - binned.Offsets[split.Feature]);
    }

    /// <summary>The last level: its children are leaves, so their rows need not be parted.</summary>
    private void FinishBelow(List<Branch> parents, float[] scores)
    {
        foreach (var parent in parents)
        {
            var (left, right) = Divide(parent);
            (parent.LeftValue, parent.RightValue) = (MakeLeaf(left), MakeLeaf(right));
            Give(parent.Sums!);
        }
        var work = Chunks(parents);
        RowChunks.Each(work.Count, threads, i =>
        {
            var (branch, from, to) = work[i];
            var (bins, last) = Question(branch);
            Sides.Add(order.AsSpan(from, to - from), bins, last, branch.LeftValue, branch.RightValue, scores);
        });
    }

    private float MakeLeaf(Branch leaf)
    {
        var value = (float)(-leaf.Slope * Gradients.Unit / (leaf.Curvature * Gradients.Unit + parameters.L2) * parameters.LearningRate);
        nodes[leaf.Node] = new TreeNode(-1, 0, 0, value);
        return value;
    }

    /// <summary>Makes leaves of branches.</summary>
    private void Finish(List<Branch> leaves, float[] scores)
    {
        foreach (var leaf in leaves)
        {
            _ = MakeLeaf(leaf);
            Give(leaf.Sums!);
        }
        var work = Chunks(leaves);
        RowChunks.Each(work.Count, threads, i =>
        {
            var value = nodes[work[i].Branch.Node].Value;
            foreach (var row in order.AsSpan(work[i].From, work[i].To - work[i].From)) scores[row] += value;
        });
    }

    private static List<(Branch Branch, int From, int To)> Chunks(List<Branch> branches)
    {
        var work = new List<(Branch, int, int)>();
        foreach (var branch in branches)
            for (var from = branch.Start; from < branch.Start + branch.Count; from += RowChunks.Size)
                work.Add((branch, from, Math.Min(branch.Start + branch.Count, from + RowChunks.Size)));
        return work;
    }

    /// <summary>An empty histogram.</summary>
    private long[] Take()
    {
        long[]? sums;
        lock (spare) spare.TryPop(out sums);
        if (sums is null) return new long[binned.Offsets[^1] * 2];
        Array.Clear(sums);
        return sums;
    }

    private void Give(long[] sums)
    {
        lock (spare) spare.Push(sums);
    }

    /// <summary>A node that is still growing: its rows are a range of the order.</summary>
    private sealed class Branch(int node, int start, int count)
    {
        public int Node { get; } = node;

        public int Start { get; } = start;

        public int Count { get; } = count;

        public long Slope { get; set; }

        public long Curvature { get; set; }

        public long[]? Sums { get; set; }

        public Split? Split { get; set; }

        public int LeftCount { get; set; }

        public float LeftValue { get; set; }

        public float RightValue { get; set; }
    }
}
