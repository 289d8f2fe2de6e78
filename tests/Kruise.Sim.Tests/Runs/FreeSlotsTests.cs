using CsCheck;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

public sealed class FreeSlotsTests
{
    [Fact]
    public void ANodeTakesTheSlotThatHasBeenFreeForLongest()
    {
        var slots = new FreeSlots();
        slots.Open(At(1), 2);
        slots.Open(At(5), int.MaxValue);
        slots.Open(At(7), 1);
        Assert.Equal([At(1), At(1), At(5)], [slots.Take()!.Value, slots.Take()!.Value, slots.Take()!.Value]);

        // The limit falls by the newest slots.
        slots.Close(int.MaxValue - 1L);
        Assert.Equal(At(5), slots.Take());
        Assert.Null(slots.Take());

        // The slot that was taken without being there is owed.
        slots.Open(At(9), 1);
        Assert.Null(slots.Take());
        slots.Open(At(10), 3);
        Assert.Equal(At(10), slots.Take());
    }

    [Fact]
    public void WhatIsFreeIsTheLimitLessTheNodesAtWork() => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5]).Array[0, 40].Sample(steps =>
    {
        var slots = new FreeSlots();
        int limit = 0;
        int atWork = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            (int what, int count) = steps[i];
            switch (what)
            {
                case 0:
                    limit += count;
                    slots.Open(At(i), count);
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

    private static SimTime At(int seconds) => SimTime.FromSeconds(seconds);
}
