namespace Behalf.Projects.Limits;

/// <summary>Who comes to the gate.</summary>
internal sealed partial class Gate
{
    /// <summary>A project at the gate.</summary>
    internal sealed class Guest(Id<IdKinds.Project> project)
    {
        public Id<IdKinds.Project> Project { get; } = project;

        public int Most { get; set; }

        public int Inside { get; set; }

        public LinkedList<Waiter> Queue { get; } = [];
    }

    internal sealed class Waiter
    {
        public Waiter(Guest guest) => (Guest, Node) = (guest, new LinkedListNode<Waiter>(this));

        public Guest Guest { get; }

        public LinkedListNode<Waiter> Node { get; }

        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
