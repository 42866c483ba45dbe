/// The version of this build; `mainspring version` prints it.
public enum MainspringVersion {
    public static let current = "0.1.0"
}
