mod aside;
mod rhythm;
mod seen;
