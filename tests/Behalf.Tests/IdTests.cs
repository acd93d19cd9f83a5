namespace Behalf.Tests;

public sealed class IdTests
{
    [Fact]
    public void An_id_survives_the_way_out_and_back()
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = Id<IdKinds.Account>.New();
            Assert.True(Id<IdKinds.Account>.TryParse(id.ToString(), out var back));
            Assert.Equal(id, back);
            Assert.Equal(id, Id<IdKinds.Account>.From(id.ToBytes()));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ca_")]
    [InlineData("ca_0000000000000000000000")]
    [InlineData("ac_0000000000000000000001")]
    [InlineData("ca_zzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("ca_00000000000000000000-1")]
    [InlineData("ca_00000000000000000000011")]
    public void Only_the_all_zero_one_of_these_is_an_account_id(string? text) =>
        Assert.Equal(text == "ca_0000000000000000000000", Id<IdKinds.Account>.TryParse(text, out _));
}
