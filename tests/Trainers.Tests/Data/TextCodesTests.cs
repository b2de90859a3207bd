using System.Text;

namespace Takt.Trainers.Tests.Data;

public sealed class TextCodesTests
{
    [Fact]
    public void Each_text_has_one_code_and_the_sorted_texts_are_in_the_order_of_their_bytes()
    {
        var codes = new TextCodes();
        string[] texts = [.. Enumerable.Range(0, 5000).Select(i => $"text number {i % 2500}"), "", "é", "z"];
        int[] given = [.. texts.Select(t => codes.Code(Encoding.UTF8.GetBytes(t)))];
        Assert.Equal(2503, codes.Count);
        var (sorted, order) = codes.Sorted();
        Assert.Equal(texts, given.Select(code => sorted[order[code]]));
        Assert.Equal("", sorted[0]);
        Assert.Equal("é", sorted[^1]);
    }
}
