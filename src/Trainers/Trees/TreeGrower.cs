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
            Partition(split);
            level = Children(split, gradients, isLast: depth + 1 == parameters.Depth);
        }
        Finish(level, scores);
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
            var (feature, last, features) = (branch.Split!.Value.Feature, branch.Split.Value.Bin, binned.Features);
            int left = from, right = from;
            for (var at = from; at < to; at++)
            {
                var row = order[at];
                var goesLeft = binned.Bins[row * features + feature] <= last ? 1 : 0;
                lefts[left] = row;
                rights[right] = row;
                left += goesLeft;
                right += 1 - goesLeft;
            }
            counts[i] = left - from;
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

    private List<Branch> Children(List<Branch> parents, long[] gradients, bool isLast)
    {
        var children = new List<Branch>(parents.Count * 2);
        var small = new List<Branch>(parents.Count);
        foreach (var parent in parents)
        {
            var split = parent.Split!.Value;
            var left = new Branch(nodes.Count, parent.Start, parent.LeftCount) { Slope = split.Slope, Curvature = split.Curvature };
            var right = new Branch(nodes.Count + 1, parent.Start + parent.LeftCount, parent.Count - parent.LeftCount) { Slope = parent.Slope - split.Slope, Curvature = parent.Curvature - split.Curvature };
            nodes[parent.Node] = new TreeNode(split.Feature, binned.Cuts[split.Feature][split.Bin - binned.Offsets[split.Feature]], nodes.Count, 0);
            nodes.Add(default);
            nodes.Add(default);
            children.Add(left);
            children.Add(right);
            if (isLast)
            {
                Give(parent.Sums!);
                continue;
            }
            var (smaller, larger) = left.Count <= right.Count ? (left, right) : (right, left);
            smaller.Sums = Take();
            larger.Sums = parent.Sums;
            small.Add(smaller);
        }
        if (isLast) return children;
        Fill(small, gradients);
        for (var i = 0; i < small.Count; i++)
        {
            var other = children[2 * i] == small[i] ? children[2 * i + 1] : children[2 * i];
            Histogram.Subtract(small[i].Sums!, other.Sums!);
        }
        return children;
    }

    /// <summary>Makes leaves of branches.</summary>
    private void Finish(List<Branch> leaves, float[] scores)
    {
        foreach (var leaf in leaves)
        {
            var value = -leaf.Slope * Gradients.Unit / (leaf.Curvature * Gradients.Unit + parameters.L2) * parameters.LearningRate;
            nodes[leaf.Node] = new TreeNode(-1, 0, 0, (float)value);
            if (leaf.Sums is not null) Give(leaf.Sums);
            leaf.Sums = null;
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
    }
}
