using System.Runtime.CompilerServices;

namespace Takt.Trainers;

/// <summary>One question, or one leaf. Children lie side by side: the right one after the left.</summary>
/// <param name="Feature">Which one is asked; -1: a leaf.</param>
/// <param name="Threshold">At most this: left.</param>
/// <param name="Value">Of a leaf: what it adds to the log odds.</param>
internal readonly record struct TreeNode(int Feature, float Threshold, int Left, float Value);

/// <summary>A grown tree; its root comes first.</summary>
internal sealed record Tree(TreeNode[] Nodes)
{
    /// <param name="columns">By feature, then by row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Value(float[][] columns, int row)
    {
        ref readonly var node = ref Nodes[0];
        while (node.Feature >= 0) node = ref Nodes[node.Left + (columns[node.Feature][row] <= node.Threshold ? 0 : 1)];
        return node.Value;
    }
}
