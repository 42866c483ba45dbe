/// The version of this build.
public enum ToolVersion {
    public static let current = "0.1.0"
}
