using CsCheck;
using Kruise.Core.ImagePull;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class FreeSlotsTests
{
    [Fact]
    public void ANodeTakesTheSlotThatHasBeenFreeForLongest()
    {
        var slots = new FreeSlots<int>();
        slots.Open(1, 2);
        slots.Open(5, int.MaxValue);
        slots.Open(7, 1);
        Assert.Equal([1, 1, 5], [slots.Take()!.Value, slots.Take()!.Value, slots.Take()!.Value]);

        // The limit falls by the newest slots.
        slots.Close(int.MaxValue - 1L);
        Assert.Equal(5, slots.Take());
        Assert.Null(slots.Take());

        // The slot that was taken without being there is owed.
        slots.Open(9, 1);
        Assert.Null(slots.Take());
        slots.Open(10, 3);
        Assert.Equal(10, slots.Take());
    }

    [Fact]
    public void WhatIsFreeIsTheLimitLessTheNodesAtWork() => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5]).Array[0, 40].Sample(steps =>
    {
        var slots = new FreeSlots<int>();
        int limit = 0;
        int atWork = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            (int what, int count) = steps[i];
            switch (what)
            {
                case 0:
                    limit += count;
                    slots.Open(i, count);
                    break;
                case 1:
                    int fall = Math.Min(limit, count);
                    limit -= fall;
                    slots.Close(fall);
                    break;
                case 2:
                    Assert.Equal(limit > atWork, slots.Take() is not null);
                    atWork++;
                    break;
            }
        }
    });
}
