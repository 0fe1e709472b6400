mod rhythm;
mod seen;
