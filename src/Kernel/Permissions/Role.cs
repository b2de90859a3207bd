namespace Takt.Kernel;

/// <summary>A set of permissions in a project. Each role holds all of the one before it.</summary>
public enum Role { Viewer, Editor, Approver, Admin }
